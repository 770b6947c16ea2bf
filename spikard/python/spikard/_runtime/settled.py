"""What a handler answered, read before the native module reads it.

Up to Python 3.13, the end of the interpreter unwinds a thread that still runs Python, which a frame of Rust below it
turns into the end of the process. What may run code of the user's, such as a property or a `repr`, is therefore run
from here.
"""

from __future__ import annotations

import reprlib
from typing import Any

from spikard.grpc._metadata import Metadata
from spikard.grpc._response import (
    GrpcBidiStreamResponse,
    GrpcDuplexResponse,
    GrpcResponse,
    GrpcServerStreamResponse,
)

_LISTS = ("messages", "uncompressed")
_FIELDS: dict[type, tuple[str, ...]] = {
    GrpcResponse: ("payload",),
    GrpcServerStreamResponse: _LISTS,
    GrpcBidiStreamResponse: _LISTS,
    # Its messages are taken one by one.
    GrpcDuplexResponse: ("uncompressed",),
}
_FOUND = "{found}"
_SHOWN = 120


def settled(response: Any) -> Any:
    """The response, without properties; anything that is none as it is."""
    if type(response) in _FIELDS and type(response.metadata) is Metadata and type(response.trailers) is Metadata:
        return response
    for kind, fields in _FIELDS.items():
        if isinstance(response, kind):
            plain: Any = object.__new__(kind)
            for field in (*fields, "compression"):
                setattr(plain, field, getattr(response, field))
            for field in ("metadata", "trailers"):
                value = getattr(response, field)
                setattr(plain, field, value if type(value) is Metadata else Metadata(value or ()))
            return plain
    return response


def text_of(error: BaseException) -> str:
    """The text of an error of the native module, which leaves it to Python to show what was found."""
    match error.args:
        case (str() as text, found) if _FOUND in text:
            hint = "; wrap it in memoryview(…)" if text.endswith("expected bytes") and _is_buffer(found) else ""
            return text.replace(_FOUND, _described(found), 1) + hint
        case _:
            return str(error)


def _is_buffer(found: Any) -> bool:
    """Whether it has bytes to show, as arrays of other libraries have."""
    try:
        return memoryview(found).nbytes >= 0
    except Exception:  # a TypeError, or whatever a library raises
        return False


def _described(found: Any) -> str:
    """The type of a value and its shortened `repr`; just `None` for `None`."""
    if found is None:
        return "None"
    kind = type(found)
    # The modules of the package are private.
    is_plain = kind.__module__ in ("builtins", "__main__") or kind.__module__.startswith("spikard.grpc")
    name = kind.__qualname__ if is_plain else f"{kind.__module__}.{kind.__qualname__}"
    try:
        return f"{name} ({_shown(found)})"
    except BaseException:  # a `__repr__` that raises
        return name


def _shown(found: Any) -> str:
    # Large values are not formatted just to be cut.
    if isinstance(found, (bytes, bytearray)):
        return f"{len(found)} bytes"
    if isinstance(found, (list, tuple)):
        return f"of {len(found)}"
    if isinstance(found, dict):
        return reprlib.repr(found)
    line = " ".join(repr(found).split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
