"""Buffers: what has its bytes in one piece of memory, or in several."""

from __future__ import annotations

from typing import Any


def is_buffer(value: Any) -> bool:
    """Whether a value is a buffer: ``bytes``, ``bytearray``, ``memoryview``, an array."""
    if isinstance(value, (bytes, bytearray)):
        return True
    try:
        memoryview(value).release()
    except TypeError:
        return False
    return True


def contiguous(buffer: Any) -> bytes:
    """A copy of the bytes of a buffer; a ``TypeError`` for one with gaps."""
    with memoryview(buffer) as view:
        if not view.c_contiguous:
            raise TypeError(
                f"a {type(buffer).__name__} that is not contiguous is no message: make it bytes, as with .tobytes()"
            )
        return view.tobytes()
