"""The response types."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass, field

from spikard.grpc._compression import Compression
from spikard.grpc._listed import stream
from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._show import fields

BytesLike = bytes | bytearray | memoryview
"""What a message of a response may be."""


@dataclass(slots=True, init=False, repr=False)
class GrpcResponse:
    """The response of a unary or client-streaming RPC: one message."""

    payload: BytesLike
    """The message, as ``SerializeToString()`` gives it."""
    metadata: Metadata
    """Sent as initial metadata, before the message."""
    trailers: Metadata
    """Sent after the message, with the status."""
    compression: Compression | None
    """How the message is compressed, if the client accepts it; ``None`` is what the server does by default."""

    def __init__(
        self,
        payload: BytesLike = b"",
        *,
        metadata: MetadataLike | None = None,
        trailers: MetadataLike | None = None,
        compression: Compression | None = None,
    ) -> None:
        self.payload = payload
        self.metadata = _metadata(metadata)
        self.trailers = _metadata(trailers)
        self.compression = compression

    def __repr__(self) -> str:
        return fields(self, "payload", "metadata", "trailers", unless_default=("compression",))


@dataclass(slots=True, init=False, repr=False)
class GrpcServerStreamResponse:
    """The response of a server-streaming RPC: a list of messages."""

    messages: list[bytes]
    """The messages, sent in this order."""
    metadata: Metadata
    """Sent as initial metadata, before the first message."""
    trailers: Metadata
    """Sent after the last message, with the status."""
    compression: Compression | None
    """How each message is compressed, if the client accepts it; ``None`` is what the server does by default."""
    uncompressed: tuple[int, ...]
    """The indices of messages that are sent as they are all the same, such as pictures."""

    def __init__(
        self,
        messages: Iterable[bytes] = (),
        *,
        metadata: MetadataLike | None = None,
        trailers: MetadataLike | None = None,
        compression: Compression | None = None,
        uncompressed: Iterable[int] = (),
    ) -> None:
        self.messages = _list(messages)
        self.metadata = _metadata(metadata)
        self.trailers = _metadata(trailers)
        self.compression = compression
        self.uncompressed = tuple(uncompressed)

    def __repr__(self) -> str:
        return fields(self, "messages", "metadata", "trailers", unless_default=("compression", "uncompressed"))


@dataclass(slots=True, init=False, repr=False)
class GrpcBidiStreamResponse:
    """The response of a bidirectional RPC, buffered: a list of messages."""

    messages: list[bytes]
    """The messages, sent in this order."""
    metadata: Metadata
    """Sent as initial metadata, before the first message."""
    trailers: Metadata
    """Sent after the last message, with the status."""
    compression: Compression | None
    """How each message is compressed, if the client accepts it; ``None`` is what the server does by default."""
    uncompressed: tuple[int, ...]
    """The indices of messages that are sent as they are all the same, such as pictures."""

    def __init__(
        self,
        messages: Iterable[bytes] = (),
        *,
        metadata: MetadataLike | None = None,
        trailers: MetadataLike | None = None,
        compression: Compression | None = None,
        uncompressed: Iterable[int] = (),
    ) -> None:
        self.messages = _list(messages)
        self.metadata = _metadata(metadata)
        self.trailers = _metadata(trailers)
        self.compression = compression
        self.uncompressed = tuple(uncompressed)

    def __repr__(self) -> str:
        return fields(self, "messages", "metadata", "trailers", unless_default=("compression", "uncompressed"))


@dataclass(slots=True, init=False, repr=False)
class GrpcDuplexResponse:
    """The response of a full-duplex RPC, or of a server-streaming one that makes its messages as it goes.

    An async generator is the shorter way to answer with a stream. This is for a handler that decides on the initial
    metadata first: it is sent when the handler returns, before there is any message::

        async def handle_talk(request: GrpcDuplexRequest) -> GrpcDuplexResponse:
            first = await anext(request.messages)

            async def answers() -> AsyncIterator[bytes]:
                yield first
                async for message in request.messages:
                    yield message

            return GrpcDuplexResponse(answers(), metadata={"x-session": first.decode()})
    """

    messages: AsyncIterator[bytes] = field(compare=False)
    """The messages; the next is asked for when the client has room for it."""
    metadata: Metadata
    """Sent as initial metadata, before the first message."""
    trailers: Metadata
    """Sent after the last message, with the status; it may be changed until then."""
    compression: Compression | None
    """How each message is compressed, if the client accepts it; ``None`` is what the server does by default."""
    uncompressed: tuple[int, ...]
    """The indices of messages that are sent as they are all the same, such as pictures."""

    def __init__(
        self,
        messages: AsyncIterable[bytes] | Iterable[bytes] = (),
        *,
        metadata: MetadataLike | None = None,
        trailers: MetadataLike | None = None,
        compression: Compression | None = None,
        uncompressed: Iterable[int] = (),
    ) -> None:
        self.messages = stream(messages)
        self.metadata = _metadata(metadata)
        self.trailers = _metadata(trailers)
        self.compression = compression
        self.uncompressed = tuple(uncompressed)

    def __repr__(self) -> str:
        return fields(self, "metadata", "trailers", unless_default=("compression", "uncompressed"))


def _list(messages: Iterable[bytes]) -> list[bytes]:
    # The list itself, so that a handler may go on appending; bytes and str would become lists of their
    # parts, so they are left for the check of the answer, which names them.
    if isinstance(messages, (list, bytes, bytearray, memoryview, str)):
        return messages  # type: ignore[return-value]
    return list(messages)


def _metadata(values: MetadataLike | None) -> Metadata:
    if isinstance(values, Metadata):
        return values
    return Metadata() if values is None else Metadata(values)
