"""The service of the faults, in Python; `tests/src/bin/faults_server.rs` has it in Rust."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator

from loads import Load

from spikard.grpc import (
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    StatusCode,
    grpc_stream,
)

SERVICE = "faults.Faults"

seen: list[int] = []


@grpc_stream(service=SERVICE)
async def echo(request: GrpcRequest) -> GrpcResponse:
    """Answer with the message."""
    return GrpcResponse(request.payload)


@grpc_stream(service=SERVICE)
async def count(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Answer with the number of messages, and remember it."""
    seen.append(len(request.messages))
    return GrpcResponse(str(len(request.messages)).encode())


@grpc_stream(service=SERVICE)
async def values(request: GrpcRequest) -> GrpcResponse:
    """Answer with the number of values in the metadata under the key that the message says."""
    return GrpcResponse(str(len(request.metadata.get_all(request.payload.decode()))).encode())


@grpc_stream(service=SERVICE, method="Seen")
async def seen_so_far(request: GrpcRequest) -> GrpcResponse:
    """The numbers of messages of every upload that a handler saw; forgets them."""
    numbers, seen[:] = " ".join(map(str, seen)), []
    return GrpcResponse(numbers.encode())


@grpc_stream(service=SERVICE)
async def weigh(request: GrpcRequest[Load]) -> GrpcResponse[bytes]:
    """Take a message decoded, and answer at once."""
    seen.append(1)
    return GrpcResponse(b"")


@grpc_stream(service=SERVICE)
async def keep(request: GrpcRequest[Load]) -> GrpcResponse[bytes]:
    """Take a message decoded, and keep it."""
    seen.append(1)
    await asyncio.Event().wait()
    return GrpcResponse(b"")


@grpc_stream(service=SERVICE)
async def fill(request: GrpcRequest) -> GrpcResponse:
    """A response of so many bytes."""
    return GrpcResponse(bytes(int(request.payload)))


@grpc_stream(service=SERVICE)
async def hang(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Never reads, and never answers."""
    await asyncio.Event().wait()
    yield b""


@grpc_stream(service=SERVICE)
def hold(request: GrpcRequest) -> GrpcResponse:
    """Keep a thread for good."""
    threading.Event().wait()
    return GrpcResponse()


@grpc_stream(service=SERVICE)
async def fail(request: GrpcRequest) -> GrpcResponse:
    """Fail in the way that the message says."""
    how = request.payload.decode()
    if how == "panic":
        raise ZeroDivisionError("a bug")
    if how == "exit":
        sys.exit(3)
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "cancelled":
        raise asyncio.CancelledError
    if how == "recursion":
        return await fail(request)
    if how == "wrong":
        return object()  # type: ignore[return-value]
    raise GrpcError(StatusCode.FAILED_PRECONDITION, "x" * int(how))
