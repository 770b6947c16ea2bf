"""What a handler raises, as both clients see it; the server goes on."""

import pytest
from clients import Call
from processes import Served

ROWS = [
    ("ValueError", "INVALID_ARGUMENT", "that value"),
    ("CallerError", "INVALID_ARGUMENT", "that caller"),
    ("PermissionError", "PERMISSION_DENIED", "not you"),
    ("NotImplementedError", "UNIMPLEMENTED", "not yet"),
    ("MemoryError", "RESOURCE_EXHAUSTED", "that much"),
    ("RuntimeError", "INTERNAL", "that state"),
    ("RecursionError", "INTERNAL", "RecursionError"),
    ("BrokenError", "INTERNAL", "BrokenError"),
    ("GrpcError", "NOT_FOUND", "no record 7 東京"),
    ("GrpcErrorByName", "NOT_FOUND", "by name"),
    ("GrpcErrorOfGrpcio", "NOT_FOUND", "of grpcio"),
    ("GrpcErrorUnsent", "NOT_FOUND", "its code"),
    ("Group", "NOT_FOUND", "no record 7"),
    ("GroupOfTwo", "INTERNAL", "ExceptionGroup"),
    ("PermissionErrorOfOpen", "INTERNAL", "PermissionError"),
    ("TimeoutError", "DEADLINE_EXCEEDED", "too slow"),
    ("CancelledError", "CANCELLED", "CancelledError"),
    ("SystemExit", "INTERNAL", "SystemExit"),
    ("KeyboardInterrupt", "INTERNAL", "KeyboardInterrupt"),
]


@pytest.mark.parametrize("method", ["Fail", "FailInThread"])
@pytest.mark.parametrize(("raised", "code", "text"), ROWS, ids=[row[0] for row in ROWS])
def test_row(probes: Served, call: Call, method: str, raised: str, code: str, text: str) -> None:
    """Each row of the table, on the loop and in a thread."""
    answer = call(probes.address, f"/probes.Probes/{method}", "unary_unary", [raised.encode()])
    assert (answer.code, answer.text) == (code, text)
    if raised in {"GrpcError", "GrpcErrorUnsent", "Group"}:
        assert answer.trailers == [("x-record", "7")] or answer.metadata == [("x-record", "7")]
    assert call(probes.address, "/probes.Probes/Echo", "unary_unary", [b"on"]).messages == [b"on"]


def test_sys_exit_fails_its_call_only(probes: Served, call: Call) -> None:
    """`sys.exit()` in a handler, and in a task that it makes."""
    answer = call(probes.address, "/probes.Probes/Leave", "unary_unary", [b"good bye"])
    assert (answer.code, answer.text) == ("INTERNAL", "SystemExit")
    answer = call(probes.address, "/probes.Probes/LeaveFromTask", "unary_unary", [b""])
    assert answer.messages == [b"still here"]
    assert probes.process.poll() is None
    assert call(probes.address, "/probes.Probes/Echo", "unary_unary", [b"on"]).messages == [b"on"]


def test_no_answer_is_named_in_the_log(probes: Served, call: Call) -> None:
    """What is no response is INTERNAL, and the log says what was returned."""
    answer = call(probes.address, "/probes.Probes/ReturnsNone", "unary_unary", [b""])
    assert answer.code == "INTERNAL"
    probes.err.wait_for(r"probes:returns_none: returned None, expected a GrpcResponse")
