"""The table that makes an exception a status."""

from __future__ import annotations

import asyncio
import builtins
import concurrent.futures
import logging
import sys
from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from spikard.grpc._error import GrpcError
from spikard.grpc._misuse import MisuseError
from spikard.grpc._status import CodeLike, StatusCode, failure


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
    level: int = logging.INFO
    """Of a row that nobody has chosen for the exception, INFO at least: the exception may be a bug's."""


_TABLE: dict[type[BaseException], _Row] = {
    ValueError: _Row(StatusCode.INVALID_ARGUMENT),
    MisuseError: _Row(StatusCode.INTERNAL, send_text=False, level=logging.ERROR),
    PermissionError: _Row(StatusCode.PERMISSION_DENIED),
    NotImplementedError: _Row(StatusCode.UNIMPLEMENTED),
    MemoryError: _Row(StatusCode.RESOURCE_EXHAUSTED, level=logging.ERROR),
    RuntimeError: _Row(StatusCode.INTERNAL, subclasses=False, level=logging.ERROR),
    asyncio.CancelledError: _Row(StatusCode.CANCELLED, send_text=False, level=logging.ERROR),
    # Up to Python 3.10 these are three types.
    TimeoutError: _Row(StatusCode.DEADLINE_EXCEEDED),
    asyncio.TimeoutError: _Row(StatusCode.DEADLINE_EXCEEDED),
    concurrent.futures.TimeoutError: _Row(StatusCode.DEADLINE_EXCEEDED),
}
Table = Mapping[type[BaseException], _Row]
_BUILT_IN: dict[type[BaseException], _Row] = {kind: row for kind, row in _TABLE.items() if issubclass(kind, OSError)}

_OWN = dict(_TABLE)

# The codes of a server's own faults, whoever chose them.
_FAULTS = {StatusCode.UNKNOWN, StatusCode.INTERNAL, StatusCode.DATA_LOSS}


def register_exception(exception: type[BaseException], code: CodeLike, *, send_text: bool = True) -> None:
    """Maps an exception type, with its subclasses, to a status code.

    The row of the most specific type holds; a second row for a type replaces the first. Without `send_text` the client
    gets the type's name instead of the exception's text. The table is that of the process: all its servers and clients
    for tests share it.

    >>> register_exception(LookupError, StatusCode.NOT_FOUND)
    """
    kind: Any = exception
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        raise TypeError(f"register_exception takes an exception type, not {kind!r}")
    if issubclass(exception, GrpcError):
        raise TypeError(f"{exception.__name__} is a GrpcError, which has a status of its own")
    code = failure(code)
    _TABLE[exception] = _Row(code, send_text, level=_level_of(code))


def registered_for(code: StatusCode) -> tuple[type[BaseException], ...]:
    """The exception types that :func:`register_exception` has mapped to a code."""
    return tuple(kind for kind, row in _TABLE.items() if row.code is code and row is not _OWN.get(kind))


def table_of(exceptions: Mapping[Any, Any]) -> Table:
    """The table of one server: of its own rows, and of those of the process, which may come later."""
    rows: dict[type[BaseException], _Row] = {}
    for kind, code in exceptions.items():
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise TypeError(f"its keys must be exception types, and one is {kind!r}")
        if issubclass(kind, GrpcError):
            raise TypeError(f"{kind.__name__} is a GrpcError, which has a status of its own")
        found = failure(code)
        rows[kind] = _Row(found, level=_level_of(found))
    return ChainMap(rows, _TABLE)


def status_of(error: BaseException, table: Table | None = None) -> tuple[Status, int]:
    """The status of an exception, and the level at which it is logged: ERROR for the server's own faults.

    INFO is for an exception that has its status by a row for its type, such as ``ValueError``, and DEBUG for one whose
    status the handler chose. `table` is that of a server; the default is that of the process.
    """
    if isinstance(error, GrpcError):
        stated = Status(error.code, encodable(error.message), error.details, error.metadata.pairs())
        return stated, _level_of(error.code)
    rows = _TABLE if table is None else table
    kind = _kind_with_a_row(error, rows)
    if _is_group(error) and not (kind and _is_group_type(kind)):
        in_common = _status_in_common(error, rows)
        if in_common is not None:
            return in_common
    if kind is None:
        return Status(StatusCode.INTERNAL, type(error).__name__), logging.ERROR
    row = rows[kind]
    text = _text(error) if row.send_text else type(error).__name__
    return Status(row.code, encodable(text)), row.level


def _status_in_common(group: BaseException, table: Table) -> tuple[Status, int] | None:
    """The status of all exceptions in a group, with the text of the first; a task group raises a group of one, too."""
    found = [status_of(one, table) for one in _leaves(group)]
    if len({status.code for status, _ in found}) != 1:
        return None
    return found[0][0], max(level for _, level in found)


def _leaves(group: BaseException) -> Iterator[BaseException]:
    left: list[Any] = [group]
    while left:
        one = left.pop()
        if _is_group(one):
            left += reversed(one.exceptions)
        else:
            yield one


def _is_group(error: BaseException) -> bool:
    return _is_group_type(type(error))


def _is_group_type(kind: type[BaseException]) -> bool:
    # Up to Python 3.10 it comes from the package exceptiongroup, which anyio uses.
    modules = (builtins, sys.modules.get("exceptiongroup"))
    return any(issubclass(kind, getattr(module, "BaseExceptionGroup", ())) for module in modules)


def _kind_with_a_row(error: BaseException, table: Table) -> type[BaseException] | None:
    """The type of an exception, or that of its base classes, whose row holds."""
    kind = type(error)
    for ancestor in kind.__mro__:
        row = table.get(ancestor)
        if row is None or not (row.subclasses or ancestor is kind):
            continue
        if row is _BUILT_IN.get(ancestor) and getattr(error, "errno", None) is not None:
            # The operating system's, about a file or a connection of the server's: the client must not see it.
            continue
        return ancestor
    return None


def _level_of(code: StatusCode) -> int:
    return logging.ERROR if code in _FAULTS else logging.DEBUG


def _text(error: BaseException) -> str:
    try:
        return str(error) or type(error).__name__
    except BaseException:  # a `__str__` that raises must not hide the error itself
        return type(error).__name__


def encodable(text: str) -> str:
    """A text that can be encoded: with `?` for what is no character. Rust cuts one that does not fit in a header."""
    return text.encode("utf-8", "replace").decode("utf-8")
