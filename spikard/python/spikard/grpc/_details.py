"""The details of an error: messages in a ``google.rpc.Status``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spikard.grpc._codec import codec_of
from spikard.grpc._misuse import MisuseError
from spikard.grpc._status import StatusCode
from spikard.grpc._wire import field, number_field, repeated

_STATUS = "google.rpc.Status"
_ANY = "google.protobuf.Any"
_URL = "type.googleapis.com/"


def packed(code: StatusCode, message: str, details: object) -> bytes:
    """A ``google.rpc.Status``, encoded: the one that `details` is, or one with the messages that they are."""
    if isinstance(details, (bytes, bytearray, memoryview)):
        return bytes(details)
    if isinstance(details, (list, tuple)):
        return status(code, message, map(_any, details))
    name, encoded = _encoded(details)
    if name not in {_STATUS, ""}:
        raise MisuseError(
            f"GrpcError: details is a {name}, and not a google.rpc.Status: give a list of the messages, as in "
            f"details=[{type(details).__name__}(…)]"
        )
    return encoded


def bad_request(violations: Iterable[tuple[str, str]]) -> bytes:
    """A ``google.rpc.BadRequest`` in an ``Any``: fields, and what is wrong with each."""
    encoded = repeated(1, (field(1, name) + field(2, description) for name, description in violations))
    return field(1, f"{_URL}google.rpc.BadRequest") + field(2, encoded)


def status(code: StatusCode, message: str, details: Iterable[bytes]) -> bytes:
    """A ``google.rpc.Status`` with details that are packed already."""
    return number_field(1, code) + field(2, message) + repeated(3, details)


def _any(message: object) -> bytes:
    name, encoded = _encoded(message)
    if name == _ANY:
        return encoded
    if not name:
        raise MisuseError(
            f"GrpcError: the class {type(message).__qualname__}, one of the details, does not tell the name of its "
            f'message: give it one, register_codec({type(message).__name__}, …, name="package.Message")'
        )
    return field(1, _URL + name) + field(2, encoded)


def _encoded(message: Any) -> tuple[str, bytes]:
    """The full name of a message, and its bytes."""
    codec = codec_of(type(message))
    if codec is not None:
        return codec.name, bytes(codec.encode(message))
    serialize = getattr(message, "SerializeToString", None)
    if serialize is None:
        raise TypeError(
            f"the details of a GrpcError must be a list of messages, a google.rpc.Status or its bytes, not "
            f"{type(message).__name__}"
        )
    return "", bytes(serialize())
