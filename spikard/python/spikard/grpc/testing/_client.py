"""A client inside the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, overload

from spikard._serving.runtime import CALLS_END_WITHIN, Runtime
from spikard._serving.server import log_level, native_server
from spikard._serving.settings import settings
from spikard._serving.targets import Route, find_routes
from spikard.grpc._amounts import Duration, duration
from spikard.grpc._error import GrpcError
from spikard.grpc._kind import Kind
from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._option_table import takes
from spikard.grpc._options import ClientOptions
from spikard.grpc._request import GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc._status import StatusCode
from spikard.grpc.testing._background import BackgroundLoop
from spikard.grpc.testing._errors import error_of

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from spikard._spikard import Answered

_R = TypeVar("_R", GrpcResponse, GrpcServerStreamResponse, GrpcBidiStreamResponse)
_Stream = AsyncIterator[bytes] | GrpcDuplexResponse | Awaitable[GrpcDuplexResponse]
_Messages = bytes | Iterable[bytes]

_TAKES_ONE = {Kind.UNARY, Kind.SERVER_STREAMING}


class _Headers(TypedDict, total=False):
    metadata: MetadataLike | None
    """Metadata of the request."""
    timeout: Duration | None
    """Deadline of the client, ``grpc-timeout``."""


class AsyncClient:
    """Calls handlers in the process, from an ``async`` test, on its event loop.

    ::

        async with AsyncClient("batch_handler") as client:
            response = await client.call(handle_batch_create, messages, metadata={"authorization": "Bearer token"})

    A call goes through everything but the socket: its messages are framed, decoded and counted against the limits,
    ``def`` handlers run in threads, exceptions become statuses.

    Args:
        *targets: The handlers, as in :class:`~spikard.grpc.Server`.
        **options: Those of :class:`~spikard.grpc.Server` that apply in the process: limits, and `threads`.
    """

    @takes(ClientOptions)
    def __init__(self, *targets: object, **options: Unpack[ClientOptions]) -> None:
        checked = settings(ClientOptions, options)
        self._routes = find_routes(targets)
        self._native = native_server(self._routes, checked)
        self._runtime: Runtime | None = None
        self._pending: set[asyncio.Future[None]] = set()

    async def __aenter__(self) -> Self:
        if self._runtime is not None:
            raise RuntimeError("the client has been started before: make a new one")
        self._native.start_in_process(log_level())
        handlers = [route.handler for route in self._routes]
        try:
            self._runtime = Runtime(self._native, handlers, asyncio.get_running_loop())
        except BaseException:
            self._native.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Cancels the calls in flight: the caller gets UNAVAILABLE, and the handler is cancelled.

        Handlers have 0.3 s to clean up.
        """
        runtime = self._runtime
        if runtime is None:
            return
        # First, so that no call begins after it.
        self._native.close()
        for done in self._pending:
            if not done.done():
                done.set_exception(_closed())
        try:
            await runtime.cancel_calls(CALLS_END_WITHIN)
        finally:
            runtime.close()

    @overload
    async def call(
        self, method: Callable[[Any], _R | Awaitable[_R]], messages: _Messages = ..., **headers: Unpack[_Headers]
    ) -> _R: ...
    @overload
    async def call(
        self, method: Callable[[GrpcRequest], _Stream], messages: _Messages = ..., **headers: Unpack[_Headers]
    ) -> GrpcServerStreamResponse: ...
    @overload
    async def call(
        self, method: Callable[[GrpcDuplexRequest], _Stream], messages: _Messages = ..., **headers: Unpack[_Headers]
    ) -> GrpcBidiStreamResponse: ...
    @overload
    async def call(self, method: str, messages: _Messages = ..., **headers: Unpack[_Headers]) -> Any: ...
    async def call(
        self,
        method: Any,
        messages: _Messages = b"",
        *,
        metadata: MetadataLike | None = None,
        timeout: Duration | None = None,
    ) -> Any:
        """Calls a method and returns its response, as a client sees it; a stream comes as a list.

        Args:
            method: The handler, or ``"/service/method"``, or the name of the method alone where one service has it.
            messages: One message, or the messages of a stream in order.
            metadata: Metadata of the request.
            timeout: Deadline of the client, ``grpc-timeout``.

        Raises:
            GrpcError: The status of a call that failed; also a ``MemoryError`` if it is RESOURCE_EXHAUSTED.
        """
        if self._runtime is None:
            raise RuntimeError('the client has not been started: write "async with AsyncClient(…) as client"')
        path, route = self._find(method)
        listed = _listed(messages)
        if route is not None and route.declaration.kind not in _TAKES_ONE and messages == b"":
            listed = []
        pairs = (Metadata() if metadata is None else Metadata(metadata)).pairs()
        seconds = None if timeout is None else duration("timeout", timeout)
        token, done = self._runtime.expect()
        self._pending.add(done)
        try:
            self._native.call(path, pairs, listed, seconds, token)
            await done
        except BaseException:
            self._runtime.forget(token)
            self._native.cancel(token)
            raise
        finally:
            self._pending.discard(done)
        answered = self._native.take(token)
        if answered is None:
            # The client was closed before this task could take the response.
            raise _closed()
        return _response(route, answered)

    def _find(self, method: object) -> tuple[str, Route | None]:
        known = ", ".join(route.path for route in self._routes)
        if not isinstance(method, str):
            for route in self._routes:
                if route.handler.function == method:
                    return route.path, route
            raise ValueError(f"{method!r} is none of the handlers of this client: it has {known}")
        if "/" in method:
            path = "/" + method.lstrip("/")
            # An unknown path is sent too: its UNIMPLEMENTED may be what is tested.
            return path, next((route for route in self._routes if route.path == path), None)
        found = [route for route in self._routes if route.declaration.method == method]
        if len(found) != 1:
            raise ValueError(f'"{method}" names {len(found) or "none"} of the methods of this client: it has {known}')
        return found[0].path, found[0]


def _listed(messages: Any) -> list[bytes]:
    if isinstance(messages, (str, bytes, bytearray, memoryview)) or hasattr(messages, "SerializeToString"):
        messages = [messages]
    return [_bytes(index, message) for index, message in enumerate(messages)]


def _bytes(index: int, message: Any) -> bytes:
    if isinstance(message, (bytes, bytearray, memoryview)):
        return bytes(message)
    hint = ": add .encode()" if isinstance(message, str) else ""
    if hasattr(message, "SerializeToString"):
        hint = ": add .SerializeToString()"
    raise TypeError(f"message {index} of the call must be bytes, not {type(message).__name__}{hint}")


def _closed() -> GrpcError:
    return GrpcError(StatusCode.UNAVAILABLE, "the client was closed before the call was answered")


def _response(
    route: Route | None, answered: Answered
) -> GrpcResponse | GrpcServerStreamResponse | GrpcBidiStreamResponse:
    metadata, trailers, messages = answered.metadata, answered.trailers, answered.messages
    if answered.code != 0:
        pairs = [*metadata.pairs(), *trailers.pairs()]
        raise error_of(answered.code, answered.message, answered.details, Metadata(pairs))
    kind = Kind.UNARY if route is None else route.declaration.kind
    if kind is Kind.SERVER_STREAMING:
        return GrpcServerStreamResponse(messages, metadata=metadata, trailers=trailers)
    if kind in {Kind.BIDIRECTIONAL, Kind.DUPLEX}:
        return GrpcBidiStreamResponse(messages, metadata=metadata, trailers=trailers)
    return GrpcResponse(messages[0], metadata=metadata, trailers=trailers)


class Client:
    """Calls handlers in the process, from a test that is not ``async``: :class:`AsyncClient` in a thread of its own.

    ::

        with Client("batch_handler") as client:
            response = client.call(handle_batch_create, messages, metadata={"authorization": "Bearer token"})

    ``async def`` handlers run on the event loop of that thread. The arguments are those of :class:`AsyncClient`. A
    handler that does not end when the client is closed is left behind, with a ``RuntimeWarning`` that names it.
    """

    @takes(ClientOptions)
    def __init__(self, *targets: object, **options: Unpack[ClientOptions]) -> None:
        self._client = AsyncClient(*targets, **options)
        self._loop: BackgroundLoop | None = None

    def __enter__(self) -> Self:
        if self._loop is not None:
            raise RuntimeError("the client has been started before: make a new one")
        loop = BackgroundLoop()
        try:
            loop.run(self._client.__aenter__())
        except BaseException:
            loop.close()
            raise
        self._loop = loop
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cancels the calls in flight: see :meth:`AsyncClient.close`."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.close(self._client.close)

    @overload
    def call(
        self, method: Callable[[Any], _R | Awaitable[_R]], messages: _Messages = ..., **headers: Unpack[_Headers]
    ) -> _R: ...
    @overload
    def call(
        self, method: Callable[[GrpcRequest], _Stream], messages: _Messages = ..., **headers: Unpack[_Headers]
    ) -> GrpcServerStreamResponse: ...
    @overload
    def call(
        self, method: Callable[[GrpcDuplexRequest], _Stream], messages: _Messages = ..., **headers: Unpack[_Headers]
    ) -> GrpcBidiStreamResponse: ...
    @overload
    def call(self, method: str, messages: _Messages = ..., **headers: Unpack[_Headers]) -> Any: ...
    def call(self, method: Any, messages: _Messages = b"", **headers: Unpack[_Headers]) -> Any:
        """Calls a method and waits for its response: see :meth:`AsyncClient.call`."""
        if self._loop is None:
            raise RuntimeError('the client has not been started: write "with Client(…) as client"')
        return self._loop.run(self._client.call(method, messages, **headers))
