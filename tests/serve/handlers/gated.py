"""Handlers that wait at a gate of the test, in each way that there is; so does the import, where it is told to."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator

from spikard.grpc import GrpcDuplexRequest, GrpcRequest, GrpcResponse, grpc_stream

SERVICE = "gated.Gated"


def wait(gate: str) -> None:
    """Wait, and hold the thread."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ[gate])
        connection.recv(1)


if os.path.exists(os.environ.get("IMPORT_GATE", "")):
    wait("IMPORT_GATE")


@grpc_stream(service=SERVICE)
async def pid(request: GrpcRequest) -> GrpcResponse:
    """Answer with the process."""
    return GrpcResponse(str(os.getpid()).encode())


@grpc_stream(service=SERVICE)
async def hold(request: GrpcRequest) -> GrpcResponse:
    """Hold the event loop."""
    wait("GATE")
    return GrpcResponse(b"held")


@grpc_stream(service=SERVICE)
async def stay(request: GrpcRequest) -> GrpcResponse:
    """Wait on the event loop, and hold nothing."""
    reader, writer = await asyncio.open_unix_connection(os.environ["GATE"])
    await reader.read()
    writer.close()
    return GrpcResponse(b"stayed")


@grpc_stream(service=SERVICE)
def block(request: GrpcRequest) -> GrpcResponse:
    """Hold a thread."""
    wait("GATE")
    return GrpcResponse(b"blocked")


@grpc_stream(service=SERVICE)
async def talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Answer each message when it comes."""
    async for message in request.messages:
        yield message
