"""The response types."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar, overload

from spikard.grpc._compression import Compression
from spikard.grpc._listed import stream
from spikard.grpc._message_type import Sent_co, SentInList_co
from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._show import Shown

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from spikard.grpc._message_type import ColumnsT

_M = TypeVar("_M")


class _Head(TypedDict, total=False):
    metadata: MetadataLike | None
    trailers: MetadataLike | None
    compression: Compression | None


class _BufferedHead(_Head, total=False):
    uncompressed: Iterable[int]


@dataclass(slots=True, init=False, repr=False, match_args=False)
class _Response(Shown):
    metadata: Metadata
    """Sent as initial metadata, before the first message."""
    trailers: Metadata
    """Sent as trailing metadata, after the last message and with the status. Those of a
    :class:`GrpcDuplexResponse` may be changed until then."""
    compression: Compression | None
    """Compression of the messages, for a client that accepts it; ``None`` is the server's default."""


def _set_head(
    response: _Response, metadata: MetadataLike | None, trailers: MetadataLike | None, compression: Compression | None
) -> None:
    response.metadata = metadata if isinstance(metadata, Metadata) else Metadata(metadata or ())
    response.trailers = trailers if isinstance(trailers, Metadata) else Metadata(trailers or ())
    response.compression = compression


@dataclass(slots=True, init=False, repr=False)
class GrpcResponse(_Response, Generic[Sent_co]):
    """The response of a unary or client-streaming RPC: one message."""

    payload: Sent_co
    """The message: as ``SerializeToString()`` gives it, or itself where the response is typed.

    Bytes may be in any buffer that is contiguous, such as a ``bytearray`` or an array, or in a list of buffers, which
    are sent as one message: a header and a body need not be joined. ``GrpcResponse[BytesLike]`` is the type of such a
    response. They are taken when the handler returns, and a change after that is not sent. The same holds for each
    message of a list, and for one that a generator yields.
    """

    __match_args__ = ("payload", "metadata", "trailers", "compression")
    _shown = ("payload", "metadata", "trailers")
    _shown_if_set = ("compression",)

    @overload
    def __init__(self: GrpcResponse[bytes], **head: Unpack[_Head]) -> None: ...
    @overload
    def __init__(self, payload: Sent_co, **head: Unpack[_Head]) -> None: ...
    def __init__(
        self,
        payload: Any = b"",
        *,
        metadata: MetadataLike | None = None,
        trailers: MetadataLike | None = None,
        compression: Compression | None = None,
    ) -> None:
        _set_head(self, metadata, trailers, compression)
        self.payload = payload


if TYPE_CHECKING:

    class _Sent:
        """What type checkers see as the messages: columns as a whole, others as a list."""

        @overload
        def __get__(self, response: _BufferedResponse[ColumnsT], owner: type) -> ColumnsT: ...
        @overload
        def __get__(self, response: _BufferedResponse[_M], owner: type) -> list[_M]: ...
        def __get__(self, response: Any, owner: type) -> Any: ...
        def __set__(self, response: Any, messages: Any) -> None: ...


@dataclass(slots=True, init=False, repr=False)
class _BufferedResponse(_Response, Generic[SentInList_co]):
    uncompressed: tuple[int, ...]
    """The indices of messages that are sent uncompressed in spite of `compression`, such as images."""
    if not TYPE_CHECKING:
        messages: list[SentInList_co]
        """The messages, sent in this order; or one record batch or table, a message for each row."""
    else:
        messages: _Sent = _Sent()

    __match_args__ = ("messages", "metadata", "trailers", "compression", "uncompressed")
    _shown = ("messages", "metadata", "trailers")
    _shown_if_set = ("compression", "uncompressed")

    def __init__(
        self,
        messages: Iterable[SentInList_co] = (),
        *,
        metadata: MetadataLike | None = None,
        trailers: MetadataLike | None = None,
        compression: Compression | None = None,
        uncompressed: Iterable[int] = (),
    ) -> None:
        _set_head(self, metadata, trailers, compression)
        self.messages = _list(messages)
        self.uncompressed = tuple(uncompressed)


class GrpcServerStreamResponse(_BufferedResponse[SentInList_co]):
    """The response of a server-streaming RPC: a list of messages."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: GrpcServerStreamResponse[ColumnsT], messages: ColumnsT, **head: Unpack[_BufferedHead]
        ) -> None: ...
        @overload
        def __init__(self, messages: Iterable[SentInList_co] = (), **head: Unpack[_BufferedHead]) -> None: ...
        def __init__(self, messages: Any = (), **head: Any) -> None: ...


class GrpcBidiStreamResponse(_BufferedResponse[SentInList_co]):
    """The response of a bidirectional RPC, buffered: a list of messages."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: GrpcBidiStreamResponse[ColumnsT], messages: ColumnsT, **head: Unpack[_BufferedHead]
        ) -> None: ...
        @overload
        def __init__(self, messages: Iterable[SentInList_co] = (), **head: Unpack[_BufferedHead]) -> None: ...
        def __init__(self, messages: Any = (), **head: Any) -> None: ...


@dataclass(slots=True, init=False, repr=False)
class GrpcDuplexResponse(_Response, Generic[SentInList_co]):
    """The response of a full-duplex RPC, or of a server-streaming RPC that is not buffered.

    An async generator is the shorter way to respond with a stream. This is for a handler that sets the initial metadata
    first: it is sent when the handler returns, before any message::

        async def handle_talk(request: GrpcDuplexRequest) -> GrpcDuplexResponse:
            first = await anext(request.messages)

            async def answers() -> AsyncIterator[bytes]:
                yield first
                async for message in request.messages:
                    yield message

            return GrpcDuplexResponse(answers(), metadata={"x-session": first.decode()})
    """

    messages: AsyncIterator[SentInList_co] = field(compare=False)
    """The messages; the next one is taken when the client's flow-control window has room for it."""
    uncompressed: tuple[int, ...]
    """The indices of messages that are sent uncompressed in spite of `compression`, such as images."""

    __match_args__ = ("messages", "metadata", "trailers", "compression", "uncompressed")
    _shown = ("metadata", "trailers")
    _shown_if_set = ("compression", "uncompressed")

    def __init__(
        self,
        messages: AsyncIterable[SentInList_co] | Iterable[SentInList_co] = (),
        *,
        metadata: MetadataLike | None = None,
        trailers: MetadataLike | None = None,
        compression: Compression | None = None,
        uncompressed: Iterable[int] = (),
    ) -> None:
        _set_head(self, metadata, trailers, compression)
        self.messages = stream(messages)
        self.uncompressed = tuple(uncompressed)


def _list(messages: Iterable[_M]) -> list[_M]:
    # A list is kept as it is, so that a handler may go on appending. `list` would split bytes and str, so they are left
    # for the check of the response, which reports them. Columns are a whole of their own.
    if isinstance(messages, (list, bytes, bytearray, memoryview, str)) or hasattr(messages, "num_rows"):
        return messages  # type: ignore[return-value]
    return list(messages)
