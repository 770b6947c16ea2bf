"""The types that a gRPC handler is written with.

A handler takes a request and returns a response; a test calls it as a function::

    from spikard.grpc import GrpcClientStreamRequest, GrpcResponse, grpc_stream


    @grpc_stream(service="count.Counter", method="Count")
    async def handle_count(request: GrpcClientStreamRequest) -> GrpcResponse:
        return GrpcResponse(payload=str(len(request.messages)).encode())

A type argument is the class of its messages, which are decoded and encoded around it; without one they are ``bytes``::

    @grpc_stream(service="shop.Orders")
    async def add_up(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
        return GrpcResponse(Total(value=sum(item.value for item in request.messages)))

An async generator responds with a stream, message by message: while the client may still be sending
(:class:`GrpcDuplexRequest`), or after its one message (:class:`GrpcRequest`)::

    async def handle_talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
        async for message in request.messages:
            yield message

An exception becomes a status: ``ValueError`` is INVALID_ARGUMENT, ``PermissionError`` PERMISSION_DENIED,
``NotImplementedError`` UNIMPLEMENTED, ``MemoryError`` RESOURCE_EXHAUSTED, ``TimeoutError`` DEADLINE_EXCEEDED,
``RuntimeError`` itself INTERNAL, each with its text. A group of exceptions has the status that they all have.
:class:`GrpcError` is any status. Every other exception is INTERNAL without its text, and is logged.
:func:`register_exception` adds rows.

A lifespan opens what handlers need, once in each worker, and middleware runs around them: see the guide
``docs/guide/application.md``. :mod:`spikard.grpc.health` says that a service cannot work for now.

:func:`serve` serves handlers until a signal, :class:`Server` inside an asyncio program, and the command
``spikard serve`` from a shell. :func:`servicer` serves classes that were written for grpcio.
:mod:`spikard.grpc.testing` calls handlers in tests through everything but the socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spikard.grpc import health
from spikard.grpc._around import AnyRequest, AnyResponse, DefNext, Lifespan, Middleware, Next
from spikard.grpc._call import Call
from spikard.grpc._codec import register_codec
from spikard.grpc._compression import Compression
from spikard.grpc._error import GrpcError
from spikard.grpc._kind import Kind
from spikard.grpc._limits import MAX_STREAM_MESSAGES
from spikard.grpc._load import LoadReport
from spikard.grpc._message_type import BytesLike
from spikard.grpc._metadata import Metadata
from spikard.grpc._request import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc._stats import Histogram, MethodStats, ServerStats, StatusStats
from spikard.grpc._status import StatusCode
from spikard.grpc._status_of import register_exception
from spikard.grpc._stream import grpc_stream

if TYPE_CHECKING:
    from spikard._serving.blocking import serve
    from spikard._serving.server import Server
    from spikard.grpc._servicer.servicer import servicer

__all__ = [
    "MAX_STREAM_MESSAGES",
    "AnyRequest",
    "AnyResponse",
    "BytesLike",
    "Call",
    "Compression",
    "DefNext",
    "GrpcBidiStreamRequest",
    "GrpcBidiStreamResponse",
    "GrpcClientStreamRequest",
    "GrpcDuplexRequest",
    "GrpcDuplexResponse",
    "GrpcError",
    "GrpcRequest",
    "GrpcResponse",
    "GrpcServerStreamResponse",
    "Histogram",
    "Kind",
    "Lifespan",
    "LoadReport",
    "Metadata",
    "MethodStats",
    "Middleware",
    "Next",
    "Server",
    "ServerStats",
    "StatusCode",
    "StatusStats",
    "grpc_stream",
    "health",
    "register_codec",
    "register_exception",
    "serve",
    "servicer",
]


if not TYPE_CHECKING:  # type checkers see the imports above, and must refuse every other name

    def __getattr__(name: str) -> object:
        # Imported when used: the types and the decorator need neither asyncio nor the native module.
        if name == "Server":
            from spikard._serving.server import Server

            return Server
        if name == "serve":
            from spikard._serving.blocking import serve

            return serve
        if name == "servicer":
            from spikard.grpc._servicer.servicer import servicer

            return servicer
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
