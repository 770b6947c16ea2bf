"""Protobuf's wire format, as far as an error's details need it: no library has to be installed for them."""

from __future__ import annotations

from collections.abc import Iterable


def field(number: int, value: bytes | str) -> bytes:
    """A field of a text, of bytes or of an encoded message."""
    content = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return b"".join((_varint(number << 3 | 2), _varint(len(content)), content))


def number_field(number: int, value: int) -> bytes:
    """A field of a number that is not negative."""
    return _varint(number << 3) + _varint(value)


def repeated(number: int, contents: Iterable[bytes]) -> bytes:
    """A repeated field of encoded messages."""
    return b"".join(field(number, content) for content in contents)


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value >> 7:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)
