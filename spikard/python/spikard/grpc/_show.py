"""How requests and responses print themselves."""

from __future__ import annotations

from typing import Any

_SHOWN_BYTES = 32
_SHOWN_MESSAGES = 3


def fields(value: object, *names: str, unless_default: tuple[str, ...] = ()) -> str:
    """``Type(name=value, …)`` with long payloads and lists shortened, and without what is empty of the last names."""
    names += tuple(name for name in unless_default if getattr(value, name))
    shown = ", ".join(f"{name}={_field(getattr(value, name))}" for name in names)
    return f"{type(value).__name__}({shown})"


def _field(value: Any) -> str:
    if isinstance(value, list):
        head = ", ".join(map(_message, value[:_SHOWN_MESSAGES]))
        more = len(value) - _SHOWN_MESSAGES
        return f"[{head}, … {more} more]" if more > 0 else f"[{head}]"
    return _message(value)


def _message(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)) and len(value) > _SHOWN_BYTES:
        return f"{bytes(value[:_SHOWN_BYTES])!r}… ({len(value)} bytes)"
    return repr(value)
