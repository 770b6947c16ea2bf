"""The messages of a handler, from the type arguments of its annotations."""

from __future__ import annotations

import collections.abc
import types
import typing
from typing import Any

from spikard.grpc._codec import EXPECTED, Codec, codec_of
from spikard.grpc._columns import Columns
from spikard.grpc._columns_of import columns_of, is_columns
from spikard.grpc._kind_of import Annotations, shown
from spikard.grpc._request import GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcResponse
from spikard.grpc._service import ServiceMethod
from spikard.grpc._typed import Typed

_BYTES = (bytes, bytearray, memoryview, Any, getattr(collections.abc, "Buffer", bytes))
_SEQUENCES = {list, tuple, collections.abc.Sequence}
_UNIONS = {typing.Union, types.UnionType}


def typed_of(found: Annotations, method: ServiceMethod | None) -> Typed | None:
    """What a handler with these annotations takes and gives; ``None`` where both are ``bytes``.

    `method` is the one that it handles, where its descriptor is known. A ``TypeError`` names an argument that is no
    class of messages, or that only one side has.
    """
    takes = _codec("request", found.takes, found.request, None if method is None else method.taken)
    gives = _codec("response", found.gives, found.response, None if method is None else method.given)
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


def _codec(side: str, argument: Any, shape: Any, message: Any) -> Codec | Columns | None:
    if argument is None or _is_bytes(argument):
        return None
    if is_columns(argument):
        return _columns(side, argument, shape, message)
    codec = codec_of(argument)
    if codec is None:
        name = shown(argument)
        raise TypeError(
            f"the type argument of its {side}, {name}, is no class of messages: write bytes, or {EXPECTED}; or "
            f"make it one before, with register_codec({name}, decode=…, encode=…)"
        )
    return codec


def _columns(side: str, argument: Any, shape: Any, message: Any) -> Columns:
    name = f"pyarrow.{argument.__name__}"
    if shape in _NOT_OF_STREAMS:
        raise TypeError(f"the type argument of its {side} is {name}, {_NOT_OF_STREAMS[shape]}")
    if message is None:
        raise TypeError(
            f"the type argument of its {side} is {name}, which does not tell of what messages: give the decorator the "
            f'descriptor of the service, @grpc_stream(service=shop_pb2.DESCRIPTOR.services_by_name["Orders"])'
        )
    return columns_of(argument, message, sent=side == "response")


_NOT_OF_STREAMS = {
    GrpcRequest: "and it has one message: annotate it with the class of the message",
    GrpcResponse: "and it has one message: annotate it with the class of the message",
    GrpcDuplexRequest: "which a whole stream is made into, and its messages come one by one: take a "
    "GrpcClientStreamRequest or a GrpcBidiStreamRequest, or annotate it with the class of the messages",
}
"""The requests and responses that have no columns, and why."""


def _is_bytes(argument: Any) -> bool:
    """Whether messages of a type are sent as they are: buffers, and lists of buffers that are sent as one."""
    origin, arguments = typing.get_origin(argument), typing.get_args(argument)
    if origin in _UNIONS or origin in _SEQUENCES:
        return all(map(_is_bytes, arguments))
    return argument is ... or any(argument is one for one in _BYTES)
