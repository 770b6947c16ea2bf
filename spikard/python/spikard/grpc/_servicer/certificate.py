"""The names in a certificate. Python's ``ssl`` tells them of a file only."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

_EXTENSIONS = 0xA3
_LONG = 0x80  # of a length: the number of its bytes follows
_COMMON_NAME = bytes.fromhex("550403")  # 2.5.4.3
_SUBJECT_ALTERNATIVE_NAME = bytes.fromhex("551d11")  # 2.5.29.17
_TEXT_NAMES = {0x81, 0x82, 0x86}  # rfc822Name, dNSName, uniformResourceIdentifier
_ADDRESS = 0x87
_SUBJECT_AT = 5  # of a certificate with a version, as all with extensions are

_Item = tuple[int, bytes]


def names_of(certificate: bytes) -> tuple[list[bytes], list[bytes]]:
    """The common names and the subject's alternative names in a certificate, which is DER.

    TLS has checked it already: what is read here is well-formed, or has no names.
    """
    try:
        (_, inner), *_ = _items(_content(certificate))
        parts = list(_items(inner))
        common = list(_common_names(parts[_SUBJECT_AT][1]))
        extensions = next((value for tag, value in parts if tag == _EXTENSIONS), b"")
        return common, list(_alternative_names(extensions))
    except (IndexError, ValueError):
        return [], []


def _common_names(subject: bytes) -> Iterator[bytes]:
    for _, part in _items(subject):
        for _, attribute in _items(part):
            (_, kind), (_, value), *_ = _items(attribute)
            if kind == _COMMON_NAME:
                yield value


def _alternative_names(extensions: bytes) -> Iterator[bytes]:
    if not extensions:
        return
    for _, extension in _items(_content(extensions)):
        parts = list(_items(extension))
        if parts[0][1] != _SUBJECT_ALTERNATIVE_NAME:
            continue
        for tag, value in _items(_content(parts[-1][1])):
            if tag in _TEXT_NAMES:
                yield value
            elif tag == _ADDRESS:
                yield str(ipaddress.ip_address(value)).encode()


def _content(data: bytes) -> bytes:
    (_, content), *_ = _items(data)
    return content


def _items(data: bytes) -> Iterator[_Item]:
    """The items of a sequence: their tags and contents."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length >= _LONG:
            size = length - _LONG
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        yield tag, data[at : at + length]
        at += length
