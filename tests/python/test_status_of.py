"""From an exception to a status."""

from __future__ import annotations

import asyncio

import pytest

from spikard.grpc import GrpcError, StatusCode, _status_of, register_exception
from spikard.grpc._status_of import encodable, status_of


class Base(Exception):
    pass


class Derived(Base):
    pass


class Both(Derived, PermissionError):
    pass


def code_of(error: BaseException) -> StatusCode:
    return status_of(error)[0].code


@pytest.mark.parametrize(
    ("error", "code", "message", "expected"),
    [
        (ValueError("text"), StatusCode.INVALID_ARGUMENT, "text", True),
        (UnicodeError("text"), StatusCode.INVALID_ARGUMENT, "text", True),
        (PermissionError("text"), StatusCode.PERMISSION_DENIED, "text", True),
        (NotImplementedError("text"), StatusCode.UNIMPLEMENTED, "text", True),
        (NotImplementedError(), StatusCode.UNIMPLEMENTED, "NotImplementedError", True),
        (MemoryError("text"), StatusCode.RESOURCE_EXHAUSTED, "text", True),
        (RuntimeError("text"), StatusCode.INTERNAL, "text", False),
        (RecursionError("text"), StatusCode.INTERNAL, "RecursionError", False),
        (asyncio.CancelledError("text"), StatusCode.CANCELLED, "CancelledError", True),
        (KeyError("text"), StatusCode.INTERNAL, "KeyError", False),
        (OSError("text"), StatusCode.INTERNAL, "OSError", False),
        (SystemExit(3), StatusCode.INTERNAL, "SystemExit", False),
    ],
    ids=repr,
)
def test_the_table(error: BaseException, code: StatusCode, message: str, expected: bool) -> None:
    status, was_expected = status_of(error)
    assert (status.code, status.message, was_expected) == (code, message, expected)


def test_a_grpc_error_is_its_own_status() -> None:
    error = GrpcError(StatusCode.ABORTED, "text", details=b"\x08\x0a", metadata={"a": "1"})
    assert status_of(error) == ((StatusCode.ABORTED, "text", b"\x08\x0a", [("a", "1")]), True)


def test_rows_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_status_of, "_TABLE", dict(_status_of._TABLE))
    assert code_of(Derived()) is StatusCode.INTERNAL
    register_exception(Base, StatusCode.NOT_FOUND)
    assert code_of(Base()) is code_of(Derived()) is StatusCode.NOT_FOUND
    register_exception(Derived, StatusCode.ABORTED, send_text=False)
    assert status_of(Derived("text"))[0].message == "Derived"
    assert code_of(Base()) is StatusCode.NOT_FOUND
    # The first in the order in which Python itself looks.
    assert code_of(Both()) is StatusCode.ABORTED


def test_wrong_rows_are_refused() -> None:
    with pytest.raises(TypeError, match="takes an exception type, not 'text'"):
        register_exception("text", StatusCode.ABORTED)  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(TypeError, match="a status of its own"):
        register_exception(GrpcError, StatusCode.ABORTED)
    with pytest.raises(ValueError, match="cannot have the status OK"):
        register_exception(Base, StatusCode.OK)
    with pytest.raises(ValueError, match="99 is not a valid StatusCode"):
        register_exception(Base, 99)


def test_texts_can_be_encoded() -> None:
    assert encodable("ä東") == "ä東"
    assert encodable("a\ud800b") == "a?b"
