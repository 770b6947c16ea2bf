"""The repr of requests and responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

_SHOWN_BYTES = 32
_SHOWN_MESSAGES = 3


class Shown:
    """A repr ``Type(name=value, …)``, with long payloads and lists shortened."""

    __slots__ = ()

    _shown: ClassVar[tuple[str, ...]]
    """The attributes that are shown."""
    _shown_if_set: ClassVar[tuple[str, ...]] = ()
    """The attributes that are shown after them, unless they are empty."""

    def __repr__(self) -> str:
        names = self._shown + tuple(name for name in self._shown_if_set if getattr(self, name))
        return f"{type(self).__name__}({', '.join(f'{name}={_shortened(getattr(self, name))}' for name in names)})"


def _shortened(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview, tuple)):
        head = ", ".join(map(_message, value[:_SHOWN_MESSAGES]))
        more = len(value) - _SHOWN_MESSAGES
        return f"[{head}, … {more} more]" if more > 0 else f"[{head}]"
    return _message(value)


def _message(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)) and len(value) > _SHOWN_BYTES:
        return f"{bytes(value[:_SHOWN_BYTES])!r}… ({len(value)} bytes)"
    return repr(value)
