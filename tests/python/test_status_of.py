"""From an exception to a status."""

from __future__ import annotations

import asyncio
import builtins
import concurrent.futures
import http
import logging
from collections.abc import Callable
from typing import Any

import pytest

from spikard.grpc import GrpcError, Metadata, StatusCode, _status_of, register_exception
from spikard.grpc._misuse import MisuseError
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
    ("error", "code", "message", "level"),
    [
        (ValueError("text"), StatusCode.INVALID_ARGUMENT, "text", logging.INFO),
        (UnicodeError("text"), StatusCode.INVALID_ARGUMENT, "text", logging.INFO),
        (PermissionError("text"), StatusCode.PERMISSION_DENIED, "text", logging.INFO),
        (NotImplementedError("text"), StatusCode.UNIMPLEMENTED, "text", logging.INFO),
        (NotImplementedError(), StatusCode.UNIMPLEMENTED, "NotImplementedError", logging.INFO),
        (TimeoutError("text"), StatusCode.DEADLINE_EXCEEDED, "text", logging.INFO),
        (asyncio.TimeoutError(), StatusCode.DEADLINE_EXCEEDED, "TimeoutError", logging.INFO),
        (concurrent.futures.TimeoutError(), StatusCode.DEADLINE_EXCEEDED, "TimeoutError", logging.INFO),
        (MemoryError("text"), StatusCode.RESOURCE_EXHAUSTED, "text", logging.ERROR),
        (RuntimeError("text"), StatusCode.INTERNAL, "text", logging.ERROR),
        (RecursionError("text"), StatusCode.INTERNAL, "RecursionError", logging.ERROR),
        (asyncio.CancelledError("text"), StatusCode.CANCELLED, "CancelledError", logging.ERROR),
        (KeyError("text"), StatusCode.INTERNAL, "KeyError", logging.ERROR),
        (OSError("text"), StatusCode.INTERNAL, "OSError", logging.ERROR),
        (SystemExit(3), StatusCode.INTERNAL, "SystemExit", logging.ERROR),
        # The operating system's: what it says of the server is not for the client.
        (PermissionError(13, "Permission denied", "/srv/signing.key"), StatusCode.INTERNAL, "PermissionError", 40),
        (TimeoutError(110, "Connection timed out"), StatusCode.INTERNAL, "TimeoutError", logging.ERROR),
        (MisuseError("text"), StatusCode.INTERNAL, "MisuseError", logging.ERROR),
    ],
    ids=repr,
)
def test_the_table(error: BaseException, code: StatusCode, message: str, level: int) -> None:
    status, was = status_of(error)
    assert (status.code, status.message, was) == (code, message, level)


def test_a_grpc_error_is_its_own_status() -> None:
    error = GrpcError(StatusCode.ABORTED, "text", details=b"\x08\x0a", metadata={"a": "1"})
    assert status_of(error) == ((StatusCode.ABORTED, "text", b"\x08\x0a", [("a", "1")]), logging.DEBUG)


@pytest.mark.parametrize("code", [StatusCode.UNKNOWN, StatusCode.INTERNAL, StatusCode.DATA_LOSS])
def test_a_fault_of_the_server_is_logged_as_one_whoever_says_so(code: StatusCode) -> None:
    assert status_of(GrpcError(code))[1] == logging.ERROR


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: GrpcError("no record 7"),  # type: ignore[arg-type]  # pyright: ignore
        lambda: GrpcError(99, "text"),
        lambda: GrpcError(0),
        lambda: GrpcError(None, "text"),  # type: ignore[arg-type]  # pyright: ignore
        lambda: GrpcError(http.HTTPStatus.NOT_FOUND, "text"),
        lambda: Metadata({"two words": "a"}),
        lambda: Metadata({"x-name": "Jürgen"}),
    ],
)
def test_a_wrong_value_of_the_servers_is_not_the_clients_mistake(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError) as raised:
        wrong()
    status, level = status_of(raised.value)
    assert (status.code, status.message, level) == (StatusCode.INTERNAL, "MisuseError", logging.ERROR)


def grouped(*errors: Exception) -> BaseException:
    kind: Any = getattr(builtins, "ExceptionGroup", None) or pytest.importorskip("exceptiongroup").ExceptionGroup
    group: BaseException = kind("text", errors)
    return group


def test_a_group_of_one_status_is_that_status() -> None:
    missing = GrpcError(StatusCode.NOT_FOUND, "no record 7", details=b"\x08\x05", metadata={"a": "1"})
    assert status_of(grouped(missing)) == status_of(missing)
    assert status_of(grouped(grouped(missing), GrpcError(5, "no record 8"))) == status_of(missing)  # type: ignore[arg-type]  # pyright: ignore
    assert status_of(grouped(ValueError("first"), UnicodeError("second"))) == status_of(ValueError("first"))
    assert status_of(grouped(KeyError("first"))) == status_of(KeyError("first"))
    # The level of the most serious.
    assert status_of(grouped(GrpcError(8, "text"), MemoryError("text")))[1] == logging.ERROR


def test_a_group_of_several_statuses_is_internal() -> None:
    status, level = status_of(grouped(ValueError("first"), PermissionError("second")))
    assert (status.code, status.message, level) == (StatusCode.INTERNAL, "ExceptionGroup", logging.ERROR)


def test_a_group_with_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_status_of, "_TABLE", dict(_status_of._TABLE))
    group = grouped(ValueError("first"))
    register_exception(Exception, StatusCode.UNAVAILABLE)
    assert code_of(group) is StatusCode.INVALID_ARGUMENT
    register_exception(type(group), StatusCode.ABORTED)
    assert code_of(group) is StatusCode.ABORTED


def test_rows_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_status_of, "_TABLE", dict(_status_of._TABLE))
    assert code_of(Derived()) is StatusCode.INTERNAL
    register_exception(Base, StatusCode.NOT_FOUND)
    assert code_of(Base()) is code_of(Derived()) is StatusCode.NOT_FOUND
    register_exception(Derived, "ABORTED", send_text=False)
    assert status_of(Derived("text"))[0].message == "Derived"
    assert code_of(Base()) is StatusCode.NOT_FOUND
    # The first in the order in which Python itself looks.
    assert code_of(Both()) is StatusCode.ABORTED


def test_a_row_of_ones_own_takes_the_operating_systems_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_status_of, "_TABLE", dict(_status_of._TABLE))
    register_exception(PermissionError, StatusCode.PERMISSION_DENIED)
    assert code_of(PermissionError(13, "Permission denied")) is StatusCode.PERMISSION_DENIED


def test_wrong_rows_are_refused() -> None:
    with pytest.raises(TypeError, match="takes an exception type, not 'text'"):
        register_exception("text", StatusCode.ABORTED)  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(TypeError, match="a status of its own"):
        register_exception(GrpcError, StatusCode.ABORTED)
    with pytest.raises(ValueError, match="cannot have the code OK"):
        register_exception(Base, StatusCode.OK)
    with pytest.raises(ValueError, match="99 is not a status code: give one of"):
        register_exception(Base, 99)


def test_texts_can_be_encoded() -> None:
    assert encodable("ä東") == "ä東"
    assert encodable("a\ud800b") == "a?b"
