"""The table that makes an exception a status."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from spikard.grpc._error import GrpcError
from spikard.grpc._status import StatusCode


class Status(NamedTuple):
    """The status that the client gets."""

    code: StatusCode
    message: str
    details: bytes = b""
    metadata: list[tuple[str, object]] | None = None


class _Row(NamedTuple):
    code: StatusCode
    send_text: bool = True
    subclasses: bool = True


_TABLE: dict[type[BaseException], _Row] = {
    ValueError: _Row(StatusCode.INVALID_ARGUMENT),
    PermissionError: _Row(StatusCode.PERMISSION_DENIED),
    NotImplementedError: _Row(StatusCode.UNIMPLEMENTED),
    MemoryError: _Row(StatusCode.RESOURCE_EXHAUSTED),
    RuntimeError: _Row(StatusCode.INTERNAL, subclasses=False),
    asyncio.CancelledError: _Row(StatusCode.CANCELLED, send_text=False),
}


def register_exception(exception: type[BaseException], code: StatusCode | int, *, send_text: bool = True) -> None:
    """Maps an exception type, with its subclasses, to a status code.

    The row of the most specific type holds; a second row for a type replaces the first. Without `send_text` the client
    gets the type's name instead of the exception's text.

    >>> register_exception(LookupError, StatusCode.NOT_FOUND)
    """
    kind: Any = exception
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        raise TypeError(f"register_exception takes an exception type, not {kind!r}")
    if issubclass(exception, GrpcError):
        raise TypeError(f"{exception.__name__} is a GrpcError, which has a status of its own")
    code = StatusCode(code)
    if code is StatusCode.OK:
        raise ValueError("an exception cannot have the status OK")
    _TABLE[exception] = _Row(code, send_text)


def status_of(error: BaseException) -> tuple[Status, bool]:
    """The status of an exception, and whether it is expected; one that is not belongs in the log."""
    if isinstance(error, GrpcError):
        return Status(error.code, encodable(error.message), error.details, error.metadata.pairs()), True
    row = _row(type(error))
    if row is None:
        return Status(StatusCode.INTERNAL, type(error).__name__), False
    text = _text(error) if row.send_text else type(error).__name__
    return Status(row.code, encodable(text)), row.code is not StatusCode.INTERNAL


def _row(kind: type[BaseException]) -> _Row | None:
    for ancestor in kind.__mro__:
        row = _TABLE.get(ancestor)
        if row is not None and (row.subclasses or ancestor is kind):
            return row
    return None


def _text(error: BaseException) -> str:
    try:
        return str(error) or type(error).__name__
    except BaseException:  # a `__str__` that raises must not hide the error itself
        return type(error).__name__


def encodable(text: str) -> str:
    """A text that can be encoded: with `?` for what is no character. Rust cuts one that does not fit in a header."""
    return text.encode("utf-8", "replace").decode("utf-8")
