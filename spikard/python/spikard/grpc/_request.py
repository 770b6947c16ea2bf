"""The request types."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar, overload

from spikard.grpc._call import Call
from spikard.grpc._lazy_call import made_when_asked_for
from spikard.grpc._listed import MessageStream, stream
from spikard.grpc._message_type import State, State_co, Taken_co
from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._show import Shown
from spikard.grpc._state import WithState

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from spikard.grpc._message_type import ColumnsT

_M = TypeVar("_M")


class _Head(TypedDict, total=False):
    service_name: str
    method_name: str
    metadata: MetadataLike | None
    call: Call | None


_UNSET: Any = object()


@dataclass(slots=True, init=False, repr=False, match_args=False)
class _Request(Shown, WithState[State_co], Generic[Taken_co, State_co]):
    service_name: str
    """The full name of the service, ``messageservice.MessageService``."""
    method_name: str
    """The name of the method, ``BatchCreate``."""
    metadata: Metadata
    """The client's metadata: a dict from ``str`` to ``str``, and to ``bytes`` for keys that end in ``-bin``."""
    call: Call = field(compare=False)
    """The call: peer, deadline, client certificates. A generator sets its metadata and trailers on it."""


# A function, not the `__init__` of the base: looking that up costs a unary call more than it saves.
def _set_head(  # noqa: PLR0917
    request: Any, service_name: str, method_name: str, metadata: MetadataLike | None, call: Call | None, state: Any
) -> None:
    request.service_name = service_name
    request.method_name = method_name
    request.metadata = metadata if type(metadata) is Metadata else Metadata(metadata or ())
    request.call = Call() if call is None else call
    if state is not _UNSET:
        request.state = state


@dataclass(slots=True, init=False, repr=False)
class GrpcRequest(_Request[Taken_co, State_co]):
    """The request of a unary or server-streaming RPC: one message.

    ``GrpcRequest[Item]`` is the request of a handler that takes an ``Item``; without an argument the message is
    ``bytes``. The same holds for the other requests and responses. A second argument is the type of `state`, for type
    checkers: ``GrpcRequest[Item, Shop]``.
    """

    payload: Taken_co
    """The message: as protobuf wrote it, or decoded where the request is typed."""

    __match_args__ = ("service_name", "method_name", "metadata", "payload", "call")
    _shown = ("service_name", "method_name", "metadata", "payload")

    @overload
    def __init__(self: GrpcRequest[bytes, State], *, state: State = ..., **head: Unpack[_Head]) -> None: ...
    @overload
    def __init__(self, payload: Taken_co, *, state: State_co = ..., **head: Unpack[_Head]) -> None: ...
    def __init__(
        self,
        payload: Any = b"",
        *,
        service_name: str = "",
        method_name: str = "",
        metadata: MetadataLike | None = None,
        call: Call | None = None,
        state: Any = _UNSET,
    ) -> None:
        _set_head(self, service_name, method_name, metadata, call, state)
        self.payload = payload


if TYPE_CHECKING:

    class _Received:
        """What type checkers see as the messages: columns as a whole, others as a sequence."""

        @overload
        def __get__(self, request: _BufferedRequest[ColumnsT], owner: type) -> ColumnsT: ...
        @overload
        def __get__(self, request: _BufferedRequest[_M], owner: type) -> Sequence[_M]: ...
        def __get__(self, request: Any, owner: type) -> Any: ...
        def __set__(self, request: Any, messages: Any) -> None: ...


@dataclass(slots=True, init=False, repr=False)
class _BufferedRequest(_Request[Taken_co, State_co]):
    if not TYPE_CHECKING:
        messages: Sequence[Taken_co]
        """Every message of the stream, in the order sent; one record batch or table, where the request has columns."""
    else:
        messages: _Received = _Received()

    __match_args__ = ("service_name", "method_name", "metadata", "messages", "call")
    _shown = ("service_name", "method_name", "metadata", "messages")

    def __init__(
        self,
        messages: Sequence[Taken_co] | None = None,
        *,
        service_name: str = "",
        method_name: str = "",
        metadata: MetadataLike | None = None,
        call: Call | None = None,
        state: State_co = _UNSET,
    ) -> None:
        _set_head(self, service_name, method_name, metadata, call, state)
        self.messages = [] if messages is None else messages


class GrpcClientStreamRequest(_BufferedRequest[Taken_co, State_co]):
    """The request of a client-streaming RPC: every message of the client, in order."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: GrpcClientStreamRequest[bytes, State],
            messages: None = None,
            *,
            state: State = ...,
            **head: Unpack[_Head],
        ) -> None: ...
        @overload
        def __init__(
            self: GrpcClientStreamRequest[ColumnsT, State],
            messages: ColumnsT,
            *,
            state: State = ...,
            **head: Unpack[_Head],
        ) -> None: ...
        @overload
        def __init__(self, messages: Sequence[Taken_co], *, state: State_co = ..., **head: Unpack[_Head]) -> None: ...
        def __init__(self, messages: Any = None, **head: Any) -> None: ...


class GrpcBidiStreamRequest(_BufferedRequest[Taken_co, State_co]):
    """The request of a bidirectional RPC, buffered: every message of the client, in order."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: GrpcBidiStreamRequest[bytes, State],
            messages: None = None,
            *,
            state: State = ...,
            **head: Unpack[_Head],
        ) -> None: ...
        @overload
        def __init__(
            self: GrpcBidiStreamRequest[ColumnsT, State],
            messages: ColumnsT,
            *,
            state: State = ...,
            **head: Unpack[_Head],
        ) -> None: ...
        @overload
        def __init__(self, messages: Sequence[Taken_co], *, state: State_co = ..., **head: Unpack[_Head]) -> None: ...
        def __init__(self, messages: Any = None, **head: Any) -> None: ...


@dataclass(slots=True, init=False, repr=False)
class GrpcDuplexRequest(_Request[Taken_co, State_co]):
    """The request of an RPC that is not buffered: the client's messages as they arrive.

    Answered with a :class:`GrpcResponse`, it is client streaming whose uploads no memory has to hold, and whose answer
    may come before the half-close::

        async def count_bytes(request: GrpcDuplexRequest) -> GrpcResponse:
            count = 0
            async for message in request.messages:
                count += len(message)
            return GrpcResponse(str(count).encode())

    Answered with a stream it is full duplex. The handler is an async generator: it reads with ``async for`` and answers
    with ``yield``, in any order, while the stream is open::

        async def handle_talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
            async for message in request.messages:
                yield message.upper()

    A ``def`` handler does the same in a thread of its own, which waits: with ``for``, and ``yield``, as a generator
    that is not async.

    Backpressure works both ways: a client that does not read suspends the handler at its ``yield``, and a handler that
    does not read exhausts the client's flow-control window. When the client cancels, disconnects or is out of time, the
    handler gets ``CancelledError`` where it waits for a message (``GeneratorExit`` at a ``yield``), and its ``finally``
    runs. A message over a limit, or a protocol error, is raised as a :class:`GrpcError <spikard.grpc.GrpcError>` by the
    ``for`` loop, after the messages before it.

    A test passes a list, and calls the handler as a function::

        request = GrpcDuplexRequest([b"one", b"two"])
        assert [message async for message in handle_talk(request)] == [b"ONE", b"TWO"]
    """

    messages: MessageStream[Taken_co] = field(compare=False)
    """The client's messages, until it half-closes. One task may read at a time."""

    __match_args__ = ("service_name", "method_name", "metadata", "messages", "call")
    _shown = ("service_name", "method_name", "metadata")

    def __init__(
        self,
        messages: AsyncIterable[Taken_co] | Iterable[Taken_co] = (),
        *,
        service_name: str = "",
        method_name: str = "",
        metadata: MetadataLike | None = None,
        call: Call | None = None,
        state: State_co = _UNSET,
    ) -> None:
        _set_head(self, service_name, method_name, metadata, call, state)
        self.messages = stream(messages)


if not TYPE_CHECKING:
    # Up to Python 3.10 a dataclass has a slot for each field, those of its bases too.
    for _kind in (_Request, GrpcRequest, _BufferedRequest, GrpcDuplexRequest):
        if "call" in vars(_kind):
            _kind.call = made_when_asked_for(vars(_kind)["call"])
