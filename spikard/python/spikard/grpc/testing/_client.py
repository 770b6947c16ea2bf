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
from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._option_table import takes
from spikard.grpc._options import ClientOptions
from spikard.grpc._request import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc._status import StatusCode
from spikard.grpc.testing._background import BackgroundLoop
from spikard.grpc.testing._messages import NOTHING, received, sent

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

_M = TypeVar("_M")
_N = TypeVar("_N")
_R = TypeVar("_R", bound=GrpcResponse[Any] | GrpcServerStreamResponse[Any] | GrpcBidiStreamResponse[Any])
_Buffered = (
    Callable[[GrpcRequest[_M]], _R | Awaitable[_R]]
    | Callable[[GrpcClientStreamRequest[_M]], _R | Awaitable[_R]]
    | Callable[[GrpcBidiStreamRequest[_M]], _R | Awaitable[_R]]
    | Callable[[GrpcDuplexRequest[_M]], _R | Awaitable[_R]]
)
_Stream = AsyncIterator[_N] | GrpcDuplexResponse[_N] | Awaitable[GrpcDuplexResponse[_N]]


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
        self, method: _Buffered[_M, _R], messages: _M | Iterable[_M] = ..., **headers: Unpack[_Headers]
    ) -> _R: ...
    @overload
    async def call(
        self,
        method: Callable[[GrpcRequest[_M]], _Stream[_N]],
        messages: _M | Iterable[_M] = ...,
        **headers: Unpack[_Headers],
    ) -> GrpcServerStreamResponse[_N]: ...
    @overload
    async def call(
        self,
        method: Callable[[GrpcDuplexRequest[_M]], _Stream[_N]],
        messages: _M | Iterable[_M] = ...,
        **headers: Unpack[_Headers],
    ) -> GrpcBidiStreamResponse[_N]: ...
    @overload
    async def call(self, method: str, messages: object = ..., **headers: Unpack[_Headers]) -> Any: ...
    async def call(
        self,
        method: Any,
        messages: Any = NOTHING,
        *,
        metadata: MetadataLike | None = None,
        timeout: Duration | None = None,
    ) -> Any:
        """Calls a method and returns its response, as a client sees it; a stream comes as a list.

        Args:
            method: The handler, or ``"/service/method"``, or the name of the method alone where one service has it.
            messages: One message, or the messages of a stream in order: bytes, or messages of the type that the handler
                takes. The response has messages of the type that it gives.
            metadata: Metadata of the request.
            timeout: Deadline of the client, ``grpc-timeout``.

        Raises:
            GrpcError: The status of a call that failed; also a ``MemoryError`` if it is RESOURCE_EXHAUSTED.
        """
        if self._runtime is None:
            raise RuntimeError('the client has not been started: write "async with AsyncClient(…) as client"')
        path, route = self._find(method)
        listed = sent(route, messages)
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
        return received(route, answered)

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


def _closed() -> GrpcError:
    return GrpcError(StatusCode.UNAVAILABLE, "the client was closed before the call was answered")


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
    def call(self, method: _Buffered[_M, _R], messages: _M | Iterable[_M] = ..., **headers: Unpack[_Headers]) -> _R: ...
    @overload
    def call(
        self,
        method: Callable[[GrpcRequest[_M]], _Stream[_N]],
        messages: _M | Iterable[_M] = ...,
        **headers: Unpack[_Headers],
    ) -> GrpcServerStreamResponse[_N]: ...
    @overload
    def call(
        self,
        method: Callable[[GrpcDuplexRequest[_M]], _Stream[_N]],
        messages: _M | Iterable[_M] = ...,
        **headers: Unpack[_Headers],
    ) -> GrpcBidiStreamResponse[_N]: ...
    @overload
    def call(self, method: str, messages: object = ..., **headers: Unpack[_Headers]) -> Any: ...
    def call(self, method: Any, messages: Any = NOTHING, **headers: Unpack[_Headers]) -> Any:
        """Calls a method and waits for its response: see :meth:`AsyncClient.call`."""
        if self._loop is None:
            raise RuntimeError('the client has not been started: write "with Client(…) as client"')
        return self._loop.run(self._client.call(method, messages, **headers))
