"""The Python side of the service in ../src/kinds.rs, method by method."""

import asyncio
from collections.abc import AsyncIterator

from probe import RUNS
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    Metadata,
    StatusCode,
)

FIRST = b"first"


async def unary(request: GrpcRequest) -> GrpcResponse:
    """One message, one answer."""
    label = counted(request.metadata)
    return GrpcResponse(await answer(request.payload, label))


async def list_of_two(request: GrpcRequest) -> GrpcServerStreamResponse:
    """One message, a list of answers."""
    label = counted(request.metadata)
    return GrpcServerStreamResponse([FIRST, await answer(request.payload, label)])


async def stream(request: GrpcRequest) -> AsyncIterator[bytes]:
    """One message, answers as they are made."""
    label = counted(request.metadata)
    yield FIRST
    yield await answer(request.payload, label)


async def upload(request: GrpcClientStreamRequest) -> GrpcResponse:
    """A list of messages, one answer."""
    label = counted(request.metadata)
    return GrpcResponse(b"".join([await answer(message, label) for message in request.messages]))


async def unbuffered_upload(request: GrpcDuplexRequest) -> GrpcResponse:
    """Messages as they come, one answer."""
    label = counted(request.metadata)
    return GrpcResponse(b"".join([await answer(message, label) async for message in request.messages]))


async def buffered(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    """A list of messages, a list of answers."""
    label = counted(request.metadata)
    return GrpcBidiStreamResponse([await answer(message, label) for message in request.messages])


async def duplex(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Messages as they come, each answered at once."""
    label = counted(request.metadata)
    async for message in request.messages:
        yield await answer(message, label)


def counted(metadata: Metadata) -> str:
    """Count a call, and return its label."""
    label: str = metadata.get("x-label", "")
    RUNS[label] += 1
    return label


async def answer(message: bytes, label: str) -> bytes:
    """Answer with the message itself, or do what it asks for."""
    if message == b"fail":
        raise GrpcError(StatusCode.NOT_FOUND, "as asked")
    if message == b"hang":
        RUNS[f"{label}-hanging"] += 1
        try:
            await asyncio.Event().wait()
        finally:
            RUNS[f"{label}-cancelled"] += 1
    return bytes(1000) if message == b"grow" else message
