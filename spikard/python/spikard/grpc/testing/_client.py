"""A client inside the process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, overload

from spikard._serving.parts import application_of, log_level, native_server
from spikard._serving.runtime import CALLS_END_WITHIN, Runtime
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
from spikard.grpc.testing._messages import NOTHING, received, sent
from spikard.grpc.testing._stream_call import AsyncStreamCall

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from spikard._spikard import Dialogue

_M = TypeVar("_M")
_N = TypeVar("_N")
_R = TypeVar("_R", bound=GrpcResponse[Any] | GrpcServerStreamResponse[Any] | GrpcBidiStreamResponse[Any])
Buffered = (
    Callable[[GrpcRequest[_M]], _R | Awaitable[_R]]
    | Callable[[GrpcClientStreamRequest[_M]], _R | Awaitable[_R]]
    | Callable[[GrpcBidiStreamRequest[_M]], _R | Awaitable[_R]]
    | Callable[[GrpcDuplexRequest[_M]], _R | Awaitable[_R]]
)
Stream = AsyncIterator[_N] | Iterator[_N] | GrpcDuplexResponse[_N] | Awaitable[GrpcDuplexResponse[_N]]

ServicerMethod = Callable[[Any, Any], Any]
"""A method of a class that was written for grpcio."""

WITHIN: Duration = "60s"


# Seconds for what calls have spawned to end, and for the lifespan to be left.
_ENDS_WITHIN = 2.0
_TURNS = 4


class Headers(TypedDict, total=False):
    metadata: MetadataLike | None
    """Metadata of the request."""
    timeout: Duration | None
    """Deadline of the client, ``grpc-timeout``."""
    within: Duration
    """How long the test waits."""


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
        self._application = application_of(checked)
        self._handlers = [self._application.around(route.handler) for route in self._routes]
        self._native = native_server(self._routes, checked)
        self._runtime: Runtime | None = None
        self._pending: set[asyncio.Future[None]] = set()

    async def __aenter__(self) -> Self:
        if self._runtime is not None:
            raise RuntimeError("the client has been started before: make a new one")
        await self._application.enter()
        try:
            self._native.start_in_process(log_level())
            self._runtime = Runtime(self._native, self._handlers, asyncio.get_running_loop())
        except BaseException:
            self._native.close()
            await self._application.leave(_ENDS_WITHIN)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Cancels the calls in flight: the caller gets UNAVAILABLE, and the handler is cancelled.

        Handlers have 0.3 s to clean up. Then what calls have spawned has 2 s to end, and the lifespan 2 s to be left.
        """
        runtime = self._runtime
        if runtime is None:
            return
        # First, so that no call begins after it.
        self._native.close()
        for done in self._pending:
            if not done.done():
                done.set_exception(_closed())
        # Those who wait for them learn of it before their loop may end, which takes them a turn or two of it.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        try:
            await runtime.cancel_calls(CALLS_END_WITHIN)
            await runtime.end_beside(_until(_ENDS_WITHIN))
            await self._application.leave(_ENDS_WITHIN)
        finally:
            runtime.close()

    @overload
    async def call(
        self, method: Buffered[_M, _R], messages: _M | Iterable[_M] = ..., **headers: Unpack[Headers]
    ) -> _R: ...
    @overload
    async def call(
        self,
        method: Callable[[GrpcRequest[_M]], Stream[_N]],
        messages: _M | Iterable[_M] = ...,
        **headers: Unpack[Headers],
    ) -> GrpcServerStreamResponse[_N]: ...
    @overload
    async def call(
        self,
        method: Callable[[GrpcDuplexRequest[_M]], Stream[_N]],
        messages: _M | Iterable[_M] = ...,
        **headers: Unpack[Headers],
    ) -> GrpcBidiStreamResponse[_N]: ...
    @overload
    async def call(self, method: str | ServicerMethod, messages: object = ..., **headers: Unpack[Headers]) -> Any: ...
    async def call(
        self,
        method: Any,
        messages: Any = NOTHING,
        *,
        metadata: MetadataLike | None = None,
        timeout: Duration | None = None,
        within: Duration = WITHIN,
    ) -> Any:
        """Calls a method and returns its response, as a client sees it; a stream comes as a list.

        Args:
            method: The handler, or ``"/service/method"``, or the name of the method alone where one service has it.
            messages: One message, or the messages of a stream in order: bytes, or messages of the type that the handler
                takes. The response has messages of the type that it gives.
            metadata: Metadata of the request.
            timeout: Deadline of the client, ``grpc-timeout``.
            within: How long the test waits; the default is a minute. Then the call is cancelled.

        Raises:
            GrpcError: The status of a call that failed; also of the type that a handler raises for it, such as
                ``ValueError`` for INVALID_ARGUMENT.
            TimeoutError: The method has not answered `within` the time.
        """
        runtime = self._started()
        path, route = self._find(method)
        listed = sent(route, messages)
        pairs, seconds = _head(metadata, timeout)
        bound = duration("within", within)
        token, done = runtime.expect()
        self._pending.add(done)
        try:
            self._native.call(path, pairs, listed, seconds, token)
            await asyncio.wait({done}, timeout=bound)
            if not done.done():
                raise TimeoutError(_unanswered(path, route, bound))
            done.result()
        except BaseException:
            runtime.forget(token)
            self._native.cancel(token)
            raise
        finally:
            self._pending.discard(done)
        answered = self._native.take(token)
        if answered is None:
            # The client was closed before this task could take the response.
            raise _closed()
        return received(route, answered)

    @overload
    def stream(
        self, method: Callable[[GrpcDuplexRequest[_M]], Stream[_N]], **headers: Unpack[Headers]
    ) -> AsyncStreamCall[_M, _N]: ...
    @overload
    def stream(
        self, method: Callable[[GrpcRequest[_M]], Stream[_N]], **headers: Unpack[Headers]
    ) -> AsyncStreamCall[_M, _N]: ...
    @overload
    def stream(self, method: Callable[..., Any] | str, **headers: Unpack[Headers]) -> AsyncStreamCall[Any, Any]: ...
    def stream(
        self,
        method: Any,
        *,
        metadata: MetadataLike | None = None,
        timeout: Duration | None = None,
        within: Duration = WITHIN,
    ) -> AsyncStreamCall[Any, Any]:
        """Opens a call whose messages are sent and received one by one.

        ::

            async with client.stream(talk, metadata={"x-user": "ann"}) as call:
                await call.send(b"hello")
                assert await call.receive() == b"HELLO"
                await call.done_writing()
                assert await call.rest() == []

        Methods of all kinds can be called so. The arguments are those of :meth:`call`; `within` bounds each wait.
        """
        runtime = self._started()
        path, route = self._find(method)
        pairs, seconds = _head(metadata, timeout)

        def expect(begin: Callable[[int], None]) -> asyncio.Future[None]:
            token, done = runtime.expect()
            self._pending.add(done)
            done.add_done_callback(self._forget)
            try:
                begin(token)
            except BaseException:
                runtime.forget(token)
                done.cancel()
                raise
            return done

        def open_call() -> Dialogue:
            opened: Dialogue = self._native.open(path, pairs, seconds)
            return opened

        return AsyncStreamCall(path, route, duration("within", within), open_call, expect)

    def _forget(self, done: asyncio.Future[None]) -> None:
        self._pending.discard(done)
        if not done.cancelled():
            done.exception()  # a test may have given up its wait, and asyncio need not complain

    def _started(self) -> Runtime:
        if self._runtime is None:
            raise RuntimeError('the client has not been started: write "async with AsyncClient(…) as client"')
        return self._runtime

    def _find(self, method: object) -> tuple[str, Route | None]:
        known = ", ".join(route.path for route in self._routes)
        if not isinstance(method, str):
            for route in self._routes:
                # The method of a servicer is wrapped.
                if method in {route.handler.function, getattr(route.handler.function, "__wrapped__", None)}:
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


def _until(seconds: float) -> Callable[[], float]:
    """The seconds that are left of so many from now on."""
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def _head(metadata: MetadataLike | None, timeout: Duration | None) -> tuple[list[tuple[str, Any]], float | None]:
    pairs = (Metadata() if metadata is None else Metadata(metadata)).pairs()
    return pairs, None if timeout is None else duration("timeout", timeout)


def _unanswered(path: str, route: Route | None, within: float) -> str:
    handler = "" if route is None else f": {route.handler.name} ({route.place}) has not returned"
    return f"{path} was not answered within {within:g} s{handler}"


def _closed() -> GrpcError:
    return GrpcError(StatusCode.UNAVAILABLE, "the client was closed before the call was answered")
