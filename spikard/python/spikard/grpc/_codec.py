"""How a class of messages is decoded and encoded."""

from __future__ import annotations

import contextlib
import inspect
import sys
import typing
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, TypeVar

from spikard.grpc._batch import ParseAll, parse_all_of

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Codec:
    """A class of messages, and its encoding."""

    type: type
    name: str
    """The full name in the ``.proto``, ``shop.Item``; empty where the class does not tell."""
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]
    parse_all: ParseAll | None = None
    """The one parse for many of them, where the library has it."""

    @property
    def shown(self) -> str:
        """Its name in errors."""
        return self.name or f"{self.type.__module__}.{self.type.__qualname__}"


# What a class of each library can do, by the methods that decode and encode. The first that it has is taken.
_ABILITIES = (
    ("FromString", "SerializeToString"),  # google.protobuf
    ("from_binary", "to_binary"),  # protobuf-py
    ("from_bytes", "to_bytes"),  # fastproto
    ("parse", "__bytes__"),  # betterproto2
)
EXPECTED = (
    "a class with FromString and SerializeToString, from_binary and to_binary, from_bytes and to_bytes, or parse and "
    "__bytes__"
)
"""The classes that need no registration, for errors."""

_REGISTERED: dict[type, Codec] = {}


def register_codec(
    message: type[M], *, decode: Callable[[bytes], M], encode: Callable[[M], bytes], name: str = ""
) -> None:
    """Makes a class one of messages, for the requests and responses of handlers.

    For a class that does not decode and encode itself; it comes before what the class can do. It must come before the
    handlers that use the class. A second codec of a class replaces the first, for handlers that are declared after it.

    Args:
        message: The class itself; its subclasses are not meant.
        decode: Makes a message of its bytes. What it raises makes the call INVALID_ARGUMENT, with the text.
        encode: Makes the bytes of a message.
        name: The full name of the message in the ``.proto``, ``"shop.Item"``. With it, a handler is compared with a
            service that is given as a descriptor, and a message can be among the details of a ``GrpcError``.

    >>> import array
    >>> register_codec(array.array, decode=lambda data: array.array("f", data), encode=array.array.tobytes)
    """
    if not inspect.isclass(message):
        raise TypeError(f"register_codec takes a class of messages, not {message!r}")
    for role, function in (("decode", decode), ("encode", encode)):
        if not callable(function):
            raise TypeError(f"register_codec: {role} must be a function, not {type(function).__name__}")
    if not isinstance(name, str):
        raise TypeError(f'register_codec: name must be a text, such as "shop.Item", not {type(name).__name__}')
    _REGISTERED[message] = Codec(message, name, decode, encode)


def codec_of(message: Any) -> Codec | None:
    """The codec of a class; ``None`` for what is no class of messages."""
    if not inspect.isclass(message) or typing.get_args(message):
        return None
    registered = _REGISTERED.get(message)
    if registered is not None:
        return registered
    # A base of generated classes has no descriptor of its own; an int makes itself of bytes, but not a message.
    if issubclass(message, int) or getattr(message, "DESCRIPTOR", ...) is None:
        return None
    for decode, encode in _ABILITIES:
        decoder = _of_class(message, decode)
        encoder = getattr(message, encode, None)
        if decoder is not None and encoder is not None:
            return Codec(message, _name(message), decoder, encoder, parse_all_of(message))
    return None


def _of_class(message: type, name: str) -> Callable[[bytes], Any] | None:
    """What the class itself makes messages with; a method of instances is none."""
    found = getattr(message, name, None)
    if isinstance(found, FunctionType) and not isinstance(inspect.getattr_static(message, name), staticmethod):
        return None
    return found if callable(found) else None


def _name(message: type) -> str:
    """The full name of a message, from the descriptor of its library."""
    for find in (_name_of_google, _name_of_protobuf_py, _name_of_betterproto):
        with contextlib.suppress(Exception):  # of another library, or with the attribute for something else
            found = find(message)
            if isinstance(found, str):
                return found
    return ""


def _name_of_google(message: Any) -> object:
    return message.DESCRIPTOR.full_name


def _name_of_protobuf_py(message: Any) -> object:
    return message.desc().type_name


def _name_of_betterproto(message: Any) -> object:
    pool: Any = sys.modules[message.__module__].default_message_pool
    return pool.type_to_url[message].rpartition("/")[2]
