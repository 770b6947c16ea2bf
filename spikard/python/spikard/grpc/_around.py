"""The types of what an application has around its handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from spikard.grpc._request import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc._status import CodeLike

RESPONSES = (GrpcResponse, GrpcServerStreamResponse, GrpcBidiStreamResponse, GrpcDuplexResponse)

AnyRequest = (
    GrpcRequest[Any, Any]
    | GrpcClientStreamRequest[Any, Any]
    | GrpcBidiStreamRequest[Any, Any]
    | GrpcDuplexRequest[Any, Any]
)
"""The request of any kind of RPC, as middleware takes it."""

AnyResponse = GrpcResponse[Any] | GrpcServerStreamResponse[Any] | GrpcBidiStreamResponse[Any] | GrpcDuplexResponse[Any]
"""The response of any kind of RPC, as middleware returns it; that of a generator is a :class:`GrpcDuplexResponse`."""

Next = Callable[[AnyRequest], Awaitable[AnyResponse]]
"""Runs the rest of the middleware and the handler: ``await call_next(request)``."""

DefNext = Callable[[AnyRequest], AnyResponse]
"""The same for middleware that is a ``def``, around ``def`` handlers: ``call_next(request)``."""

# With `Any` beside them: middleware may take fewer kinds of requests, where its service has no others.
AsyncMiddleware = Callable[[Any, Next], Awaitable[AnyResponse]]
DefMiddleware = Callable[[Any, DefNext], AnyResponse]
Middleware = AsyncMiddleware | DefMiddleware
"""A function around handlers."""

Lifespan = Callable[[], AbstractAsyncContextManager[Any]]
"""A function, or a class, that makes an async context manager."""

# The keys of a mapping are of one type: those of `{KeyError: …}` would not be `type[BaseException]`.
Exceptions = Mapping[Any, CodeLike]
"""Exception types, and the statuses that they become."""
