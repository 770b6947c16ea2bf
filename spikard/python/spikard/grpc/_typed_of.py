"""The messages of a handler, from the type arguments of its annotations."""

from __future__ import annotations

import collections.abc
import types
import typing
from typing import Any

from spikard.grpc._codec import EXPECTED, Codec, codec_of
from spikard.grpc._kind_of import Annotations, shown
from spikard.grpc._typed import Typed

_BYTES = (bytes, bytearray, memoryview, Any, getattr(collections.abc, "Buffer", bytes))
_SEQUENCES = {list, tuple, collections.abc.Sequence}
_UNIONS = {typing.Union, types.UnionType}


def typed_of(found: Annotations) -> Typed | None:
    """What a handler with these annotations takes and gives; ``None`` where both are ``bytes``.

    A ``TypeError`` names an argument that is no class of messages, or that only one side has.
    """
    takes = _codec("request", found.takes)
    gives = _codec("response", found.gives)
    if takes is None and gives is None:
        return None
    for (side, own), (other, codec) in (
        (("request", found.takes), ("response", gives)),
        (("response", found.gives), ("request", takes)),
    ):
        if own is None and codec is not None:
            raise TypeError(
                f"its {other} has messages of {codec.shown}, and its {side} has no type argument: give it the class of "
                f"its messages as well, or [bytes] if it takes them encoded"
            )
    return Typed(takes, gives)


def _codec(side: str, argument: Any) -> Codec | None:
    if argument is None or _is_bytes(argument):
        return None
    codec = codec_of(argument)
    if codec is None:
        name = shown(argument)
        raise TypeError(
            f"the type argument of its {side}, {name}, is no class of messages: write bytes, or {EXPECTED}; or "
            f"make it one before, with register_codec({name}, decode=…, encode=…)"
        )
    return codec


def _is_bytes(argument: Any) -> bool:
    """Whether messages of a type are sent as they are: buffers, and lists of buffers that are sent as one."""
    origin, arguments = typing.get_origin(argument), typing.get_args(argument)
    if origin in _UNIONS or origin in _SEQUENCES:
        return all(map(_is_bytes, arguments))
    return argument is ... or any(argument is one for one in _BYTES)
