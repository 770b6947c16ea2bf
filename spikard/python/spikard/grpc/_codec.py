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
    described_by: Any = None
    """The descriptor of a class of protobuf-py."""
    memory_factor: int | None = None
    """How many times its bytes a decoded message takes, for a codec that was registered."""

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
    message: type[M],
    *,
    decode: Callable[[bytes], M],
    encode: Callable[[M], bytes],
    name: str = "",
    memory_factor: int = 16,
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
        memory_factor: How many times its bytes a message takes once it is decoded, at most; `max_decoded_bytes` is
            held to it. A message of small objects takes about 16 times its bytes, an array once.

    >>> import array
    >>> decode = lambda data: array.array("f", data)
    >>> register_codec(array.array, decode=decode, encode=array.array.tobytes, memory_factor=1)
    """
    if not inspect.isclass(message):
        raise TypeError(f"register_codec takes a class of messages, not {message!r}")
    for role, function in (("decode", decode), ("encode", encode)):
        if not callable(function):
            raise TypeError(f"register_codec: {role} must be a function, not {type(function).__name__}")
    if not isinstance(name, str):
        raise TypeError(f'register_codec: name must be a text, such as "shop.Item", not {type(name).__name__}')
    if type(memory_factor) is not int or memory_factor < 1:
        raise ValueError(f"register_codec: memory_factor must be a whole number of 1 or more, not {memory_factor!r}")
    _REGISTERED[message] = Codec(message, name, decode, encode, memory_factor=memory_factor)


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
            parse_all = parse_all_of(message)
            described_by = _described_by(message) if decode == "from_binary" else None
            return Codec(message, _name(message), decoder, encoder, parse_all, described_by)
    return None


def _of_class(message: type, name: str) -> Callable[[bytes], Any] | None:
    """What the class itself makes messages with; a method of instances is none."""
    found = getattr(message, name, None)
    if isinstance(found, FunctionType) and not isinstance(inspect.getattr_static(message, name), staticmethod):
        return None
    return found if callable(found) else None


def _described_by(message: Any) -> Any:
    """The descriptor of a class of protobuf-py; ``None`` for one of another library, which may decode otherwise."""
    with contextlib.suppress(Exception):
        descriptor = message.desc()
        if descriptor.type is message:
            return descriptor
    return None


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
