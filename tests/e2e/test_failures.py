"""What the log says when a handler fails, and that the server stays."""

import grpc
import pytest

from client import call, find_method
from probe_pb2 import Text
from servers import Server


def fail(channel: grpc.Channel, method: str, how: str) -> tuple[str, str]:
    """Call a method that fails, then one that does not."""
    answer = call(channel, find_method("probe.Probe", method), [Text(text=how).SerializeToString()])
    good = call(channel, find_method("probe.Probe", "JoinInPython"), [b"a", b"b"])
    assert (good.code, good.messages) == ("OK", [b"ab"])
    return answer.code, answer.text


@pytest.mark.parametrize("method", ["FailInPython", "FailWithoutAsyncInPython"])
@pytest.mark.parametrize(
    ("how", "returned"),
    [
        ("returns None", "None"),
        ("returns bytes", "bytes"),
        ("returns a list", "list"),
        ("returns another kind of response", "GrpcResponse"),
        ("returns messages that are not bytes", "str"),
    ],
)
def test_wrong_return_type(probe_server: Server, channel: grpc.Channel, method: str, how: str, returned: str) -> None:
    """The client gets INTERNAL, the log what was returned and what was expected."""
    before = len(probe_server.log.read_text())
    code, _ = fail(channel, method, how)
    assert code == "INTERNAL"
    # It is written before the answer is sent.
    log = probe_server.log.read_text()[before:]
    assert returned in log
    assert "GrpcBidiStreamResponse" in log or "bytes" in log


@pytest.mark.parametrize("how", ["SystemExit", "KeyboardInterrupt", "ZeroDivisionError"])
def test_traceback_is_logged(probe_server: Server, channel: grpc.Channel, how: str) -> None:
    """The client gets the type's name, the log the traceback."""
    before = len(probe_server.log.read_text())
    code, text = fail(channel, "FailInPython", how)
    assert code == "INTERNAL"
    assert how in text
    log = probe_server.log.read_text()[before:]
    assert "Traceback (most recent call last):" in log
    assert "probe.py" in log
