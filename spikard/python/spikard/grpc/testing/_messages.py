"""The messages of a call in the process, as the test gives and gets them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from spikard._serving.targets import Route
from spikard.grpc._buffer import contiguous, is_buffer
from spikard.grpc._codec import Codec
from spikard.grpc._columns import Columns
from spikard.grpc._error import GrpcError
from spikard.grpc._kind import Kind
from spikard.grpc._metadata import Metadata
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc.testing._errors import error_of

if TYPE_CHECKING:
    from spikard._spikard import Answered

_TAKES_ONE = {Kind.UNARY, Kind.SERVER_STREAMING}

NOTHING: Any = object()
"""Nothing was given: one empty message, or no message where the method takes a stream."""


def sent(route: Route | None, messages: Any) -> list[bytes]:
    """The messages of a call, encoded. Bytes are sent as they are, also where the method is typed: a client may."""
    typed = None if route is None else route.declaration.typed
    codec = None if typed is None else typed.takes
    if messages is NOTHING:
        takes_stream = route is not None and route.declaration.kind not in _TAKES_ONE
        return [] if takes_stream else [b""]
    if isinstance(codec, Columns):
        if isinstance(messages, codec.type):
            return codec.encode(messages)
        if hasattr(messages, "num_rows"):
            name = type(messages).__name__
            raise TypeError(f"the messages of the call must be a {codec.shown}, or a list of bytes, not a {name}")
        codec = None
    if _is_one(messages, codec):
        messages = [messages]
    return [_bytes(index, message, codec) for index, message in enumerate(messages)]


def received(
    route: Route | None, answered: Answered
) -> GrpcResponse[Any] | GrpcServerStreamResponse[Any] | GrpcBidiStreamResponse[Any]:
    """The response of a call, its messages decoded; its failure is raised."""
    metadata, trailers = answered.metadata, answered.trailers
    if answered.code != 0:
        raise failure(answered)
    typed = None if route is None else route.declaration.typed
    messages: Any = answered.messages if typed is None else _decoded(typed.gives, answered.messages)
    kind = Kind.UNARY if route is None else route.declaration.kind
    if kind is Kind.SERVER_STREAMING:
        return GrpcServerStreamResponse(messages, metadata=metadata, trailers=trailers)
    if kind in {Kind.BIDIRECTIONAL, Kind.DUPLEX}:
        return GrpcBidiStreamResponse(messages, metadata=metadata, trailers=trailers)
    return GrpcResponse(messages[0], metadata=metadata, trailers=trailers)


def failure(answered: Answered, initial: Metadata | None = None) -> GrpcError:
    """The exception of a call that failed, with all its metadata."""
    received = answered.metadata if initial is None else initial
    metadata = Metadata([*received.pairs(), *answered.trailers.pairs()])
    return error_of(answered.code, answered.message, answered.details, metadata)


def encoded(route: Route | None, index: int, message: Any) -> bytes:
    """One message of a call."""
    typed = None if route is None else route.declaration.typed
    takes = None if typed is None else typed.takes
    # Columns are of a whole stream: message by message it is bytes.
    return _bytes(index, message, None if isinstance(takes, Columns) else takes)


def decoded(route: Route | None, message: bytes) -> Any:
    """One message of a response."""
    typed = None if route is None else route.declaration.typed
    if typed is None or typed.gives is None:
        return message
    return typed.gives.decode_list([message]) if isinstance(typed.gives, Columns) else typed.gives.decode(message)


def _decoded(codec: Codec | Columns | None, messages: list[bytes]) -> Any:
    if isinstance(codec, Columns):
        return codec.decode_list(messages)
    return list(messages) if codec is None else list(map(codec.decode, messages))


def _is_one(messages: Any, codec: Codec | None) -> bool:
    # The codec of a function of the user's own takes any object.
    if codec is not None and codec.type is not object and isinstance(messages, codec.type):
        return True
    one = isinstance(messages, str) or is_buffer(messages) or hasattr(messages, "SerializeToString")
    return one or not isinstance(messages, Iterable)


def _bytes(index: int, message: Any, codec: Codec | None) -> bytes:
    if codec is None or not isinstance(message, codec.type):
        if is_buffer(message):
            return contiguous(message)
        if isinstance(message, (list, tuple)) and all(map(is_buffer, message)):
            return b"".join(map(contiguous, message))
    if codec is not None:
        if isinstance(message, codec.type):
            return bytes(codec.encode(message))
        raise TypeError(f"message {index} of the call must be a {codec.shown}, or bytes, not {type(message).__name__}")
    hint = ": add .encode()" if isinstance(message, str) else ""
    if hasattr(message, "SerializeToString"):
        hint = ": add .SerializeToString()"
    raise TypeError(f"message {index} of the call must be bytes, not {type(message).__name__}{hint}")
