"""What is sent beside messages: bounded, and of failures the code survives. What a refusal says of a retry."""

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import grpc_status.rpc_status
import pytest
import sent
from clients import Call, Kind
from google.protobuf.message import Message
from google.rpc import error_details_pb2  # pyright: ignore[reportMissingTypeStubs]
from processes import WAIT, Served, serving
from retries import policy
from wire import grpc

from spikard.grpc.testing import serving as served_here

LIMIT = 8192
FAILING: list[tuple[str, Kind]] = [
    ("Fail", "unary_unary"),
    ("FailInThread", "unary_unary"),
    ("FailLate", "unary_stream"),
    ("FailInDuplex", "stream_stream"),
]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("sent") as served:
        yield served


def rich(error: Any, kind: type[Message]) -> Any:
    """The detail of this type, by grpcio-status, which refuses details whose text is another than the status's."""
    status: Any = grpc_status.rpc_status.from_call(error)
    found = [detail for detail in status.details if detail.Is(kind.DESCRIPTOR)] if status else []
    if not found:
        return None
    detail = kind()
    found[0].Unpack(detail)
    return detail


def failure(call: Any) -> Any:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return raised.value


@pytest.mark.parametrize(("method", "kind"), FAILING)
@pytest.mark.parametrize("part", ["text", "details", "metadata"])
def test_a_failure_keeps_its_code_and_loses_what_does_not_fit(
    served: Served, call: Call, method: str, kind: Kind, part: str
) -> None:
    answer = call(served.address, f"/sent.Sent/{method}", kind, [part.encode()])
    if part == "text":
        assert answer.code == "INVALID_ARGUMENT"
        assert answer.text.endswith("ä… (40000 bytes)")
        assert len(answer.text) > 1000
    else:
        assert (answer.code, answer.text) == ("NOT_FOUND", "no such record")
        assert ("x-kept", "yes") in [*answer.metadata, *answer.trailers]
    if method == "FailInDuplex":
        assert ("x-tail", "yes") in answer.trailers
    lost = {"text": "its text", "details": "grpc-status-details-bin", "metadata": "x-large"}[part]
    served.err.wait_for(rf"WARNING.*max_sent_metadata_bytes = 8192.*{lost} .*method=sent.Sent/{method}")


def test_details_say_the_text_that_is_sent(served: Served) -> None:
    """Or grpcio-status raises a `ValueError`."""
    with grpc.insecure_channel(served.address) as channel:
        error = failure(lambda: channel.unary_unary("/sent.Sent/Fail")(b"rich text", timeout=WAIT))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert error.details().endswith("… (15000 bytes)")
    assert rich(error, error_details_pb2.ErrorInfo).reason == "GONE"


@pytest.mark.parametrize(
    ("method", "kind", "part"),
    [
        ("Answer", "unary_unary", "initial metadata"),
        ("Answer", "unary_unary", "trailers"),
        ("AnswerLate", "unary_stream", "trailers"),
    ],
)
def test_a_success_with_too_much_metadata_is_internal(
    served: Served, call: Call, method: str, kind: Kind, part: str
) -> None:
    answer = call(served.address, f"/sent.Sent/{method}", kind, [part.encode()])
    assert answer.code == "INTERNAL"
    assert f"bytes of {part}, and max_sent_metadata_bytes = 8192" in answer.text
    served.err.wait_for(rf"ERROR.*bytes of {part}.*method=sent.Sent/{method}")


def test_the_limit_can_be_raised() -> None:
    options = [("grpc.max_metadata_size", 64 << 10), ("grpc.absolute_max_metadata_size", 64 << 10)]
    with (
        served_here("sent", max_sent_metadata_bytes="48KiB") as server,
        grpc.insecure_channel(server.address, options) as channel,
    ):
        error = failure(lambda: channel.unary_unary("/sent.Sent/Fail")(b"metadata", timeout=WAIT))
        assert error.code() is grpc.StatusCode.NOT_FOUND
        assert dict(error.trailing_metadata())["x-large"] == "v" * sent.LARGE
        _, done = channel.unary_unary("/sent.Sent/Answer").with_call(b"trailers", timeout=WAIT)
        assert dict(done.trailing_metadata())["x-large"] == "v" * sent.LARGE


@pytest.mark.parametrize(("method", "kind"), FAILING)
@pytest.mark.parametrize("part", ["invalid", "reserved"])
def test_metadata_that_cannot_be_sent_does_not_cost_the_code(
    served: Served, call: Call, method: str, kind: Kind, part: str
) -> None:
    answer = call(served.address, f"/sent.Sent/{method}", kind, [part.encode()])
    assert (answer.code, answer.text) == ("NOT_FOUND", "no such record")
    assert ("x-kept", "yes") in [*answer.metadata, *answer.trailers]
    if part == "invalid":
        function = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)[1:]
        served.err.wait_for(rf'WARNING.*sent:{function}: .*"x-name" cannot be sent.*"bad key" cannot be sent')
    else:
        served.err.wait_for(rf'WARNING.*"grpc-status".*method=sent.Sent/{method}')


def test_more_keys_than_headers_can_have_are_refused(served: Served, call: Call) -> None:
    """A map of headers panics then."""
    answer = call(served.address, "/sent.Sent/Fail", "unary_unary", [b"keys"])
    assert (answer.code, answer.text) == ("NOT_FOUND", "no such record")
    answer = call(served.address, "/sent.Sent/Answer", "unary_unary", [b"keys"])
    assert (answer.code, answer.text) == ("INTERNAL", "the handler's answer cannot be sent; the server's log says why")
    served.err.wait_for(r"ERROR.*sent:answer.*metadata of more than 16384 keys cannot be sent")


def test_white_space_around_a_value_is_not_sent(served: Served, call: Call) -> None:
    """HTTP/2 forbids it: grpclib's connection would end."""
    answer = call(served.address, "/sent.Sent/Spaces", "unary_unary", [b""])
    assert answer.metadata == [("x-user", "ann"), ("x-raw-bin", b" \x00 ")]
    assert answer.trailers == [("x-end", "z")]


@pytest.fixture
def held() -> Iterator[None]:
    sent.OPEN.clear()
    yield
    sent.OPEN.set()


def is_final(error: Any) -> bool:
    """Whether a refusal says nothing of a time to try again; checks what every refusal of an upload says."""
    assert dict(error.trailing_metadata())["grpc-retry-pushback-ms"] == "-1"
    info = rich(error, error_details_pb2.RetryInfo)
    if info is None:
        return True
    assert info.retry_delay.ToTimedelta().total_seconds() == 1
    return False


@pytest.mark.usefixtures("held")
def test_a_refusal_that_may_pass_says_when_to_try_again() -> None:
    limits: Any = {
        "max_buffered_bytes": 100_000,
        "max_buffered_bytes_per_connection": 60_000,
        "max_messages": 10,
        "max_message_bytes": 50_000,
        "max_stream_bytes": 55_000,
    }
    with served_here("sent", threads=1, max_waiting_calls=1, **limits) as server:
        address = server.address
        with grpc.insecure_channel(address) as others, grpc.insecure_channel(address, [("x", 1)]) as client:
            holds = others.stream_unary("/sent.Sent/Hold").future(iter([bytes(50_000)]))
            assert sent.ENTERED.acquire(timeout=WAIT)

            def refused(channel: Any, messages: Iterator[bytes]) -> Any:
                endless = itertools.chain(messages, _never())
                return failure(lambda: channel.stream_unary("/sent.Sent/Count")(endless, timeout=WAIT))

            for channel, messages, limit, final in (
                (others, [bytes(20_000)], "max_buffered_bytes_per_connection", False),
                (client, [bytes(30_000), bytes(24_000)], "max_buffered_bytes =", False),
                (client, [b""] * 11, "max_messages", True),
                (client, [bytes(51_000)], "max_message_bytes", True),
                (client, [bytes(10_000), bytes(46_000)], "max_stream_bytes", True),
            ):
                error = refused(channel, iter(messages))
                assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
                assert limit in error.details()
                assert is_final(error) is final, limit
            sent.OPEN.set()
            assert holds.result(timeout=WAIT) == b"1"


_NEVER = threading.Event()


def _never() -> Iterator[bytes]:
    """Half-closes only when the call is over."""
    _NEVER.wait(WAIT)
    yield from ()


@pytest.mark.usefixtures("held")
def test_a_call_for_which_python_has_no_room_may_be_tried_again() -> None:
    with (
        served_here("sent", threads=1, max_waiting_calls=1) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        hold = channel.stream_unary("/sent.Sent/Hold")
        first = hold.future(iter([b"a"]))
        assert sent.ENTERED.acquire(timeout=WAIT)
        done = threading.Semaphore(0)

        def release(_: Any) -> None:
            done.release()

        others = [hold.future(iter([b"a"])) for _ in range(3)]
        for other in others:
            other.add_done_callback(release)
        for _ in range(2):
            assert done.acquire(timeout=WAIT)
        for refused in [other for other in others if other.done()]:
            assert "max_waiting_calls = 1" in refused.details()
            assert rich(refused, error_details_pb2.RetryInfo).retry_delay.seconds == 1
        sent.OPEN.set()
        assert first.result(timeout=WAIT) == b"1"


@pytest.mark.parametrize(("of_server", "of_method"), [(True, None), (False, True), (True, False), (False, None)])
def test_an_upload_that_is_sent_again_can_be_refused(of_server: bool, of_method: bool | None) -> None:
    """By the server and by a method. The client retries by itself, and hears that it shall not."""
    flaky = sent.flaky(of_method)
    refuses = of_server if of_method is None else of_method
    with (
        served_here(flaky, refuse_retried_uploads=of_server) as server,
        grpc.insecure_channel(
            server.address, [("grpc.service_config", policy(3, "UNAVAILABLE", "ABORTED"))]
        ) as channel,
    ):
        error = failure(lambda: channel.stream_unary("/sent.Sent/Upload")(iter([b"a"]), timeout=WAIT))
        if refuses:
            assert error.code() is grpc.StatusCode.ABORTED
            assert "refuse_retried_uploads" in error.details()
            assert is_final(error)
        else:
            assert (error.code(), error.details()) == (grpc.StatusCode.UNAVAILABLE, "attempt 3")
        error = failure(lambda: channel.unary_unary("/sent.Sent/Unary")(b"a", timeout=WAIT))
        assert (error.code(), error.details()) == (grpc.StatusCode.UNAVAILABLE, "attempt 3")


def test_compressed_requests_can_be_refused() -> None:
    with (
        served_here("sent", accept_compression=False) as server,
        grpc.insecure_channel(server.address) as plain,
        grpc.insecure_channel(server.address, compression=grpc.Compression.Gzip) as gzip,
    ):
        assert plain.stream_unary("/sent.Sent/Count")(iter([b"a"]), timeout=WAIT) == b"1"
        error = failure(lambda: gzip.stream_unary("/sent.Sent/Count")(iter([bytes(1000)]), timeout=WAIT))
        assert error.code() is grpc.StatusCode.UNIMPLEMENTED
        assert 'the grpc-encoding "gzip" is not accepted, as accept_compression is off' in error.details()
        assert is_final(error)
        assert gzip.stream_unary("/sent.Sent/Compressed")(iter([bytes(1000)]), timeout=WAIT) == b"1"
