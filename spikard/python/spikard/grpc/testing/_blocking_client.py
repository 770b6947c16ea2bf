"""A client inside the process, for tests that are not async."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from spikard.grpc._amounts import duration
from spikard.grpc._option_table import takes
from spikard.grpc._options import ClientOptions
from spikard.grpc._request import GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc.testing._background import BackgroundLoop
from spikard.grpc.testing._client import WITHIN, AsyncClient, Buffered, Headers, ServicerMethod, Stream
from spikard.grpc.testing._messages import NOTHING
from spikard.grpc.testing._stream_call import StreamCall

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

_M = TypeVar("_M")
_N = TypeVar("_N")
_R = TypeVar("_R", bound=GrpcResponse[Any] | GrpcServerStreamResponse[Any] | GrpcBidiStreamResponse[Any])


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
    def call(self, method: Buffered[_M, _R], messages: _M | Iterable[_M] = ..., **headers: Unpack[Headers]) -> _R: ...
    @overload
    def call(
        self,
        method: Callable[[GrpcRequest[_M]], Stream[_N]],
        messages: _M | Iterable[_M] = ...,
        **headers: Unpack[Headers],
    ) -> GrpcServerStreamResponse[_N]: ...
    @overload
    def call(
        self,
        method: Callable[[GrpcDuplexRequest[_M]], Stream[_N]],
        messages: _M | Iterable[_M] = ...,
        **headers: Unpack[Headers],
    ) -> GrpcBidiStreamResponse[_N]: ...
    @overload
    def call(self, method: str | ServicerMethod, messages: object = ..., **headers: Unpack[Headers]) -> Any: ...
    def call(self, method: Any, messages: Any = NOTHING, **headers: Unpack[Headers]) -> Any:
        """Calls a method and waits for its response: see :meth:`AsyncClient.call`."""
        within = duration("within", headers.get("within", WITHIN))
        return self._running().run(self._client.call(method, messages, **headers), within)

    @overload
    def stream(
        self, method: Callable[[GrpcDuplexRequest[_M]], Stream[_N]], **headers: Unpack[Headers]
    ) -> StreamCall[_M, _N]: ...
    @overload
    def stream(
        self, method: Callable[[GrpcRequest[_M]], Stream[_N]], **headers: Unpack[Headers]
    ) -> StreamCall[_M, _N]: ...
    @overload
    def stream(self, method: Callable[..., Any] | str, **headers: Unpack[Headers]) -> StreamCall[Any, Any]: ...
    def stream(self, method: Any, **headers: Unpack[Headers]) -> StreamCall[Any, Any]:
        """Opens a call whose messages are sent and received one by one: see :meth:`AsyncClient.stream`."""
        within = duration("within", headers.get("within", WITHIN))
        return StreamCall(self._client.stream(method, **headers), self._running(), within)

    def _running(self) -> BackgroundLoop:
        if self._loop is None:
            raise RuntimeError('the client has not been started: write "with Client(…) as client"')
        return self._loop
