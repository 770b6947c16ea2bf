"""Handlers that see which messages were compressed, and ask for responses that are."""

from __future__ import annotations

from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcRequest, GrpcResponse

# What is too short to shrink is sent as it is.
TIMES = 1000


async def stream(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    """Say of each message whether it was compressed, in messages that are, but for two."""
    flags = [request.call.was_compressed(index) for index in range(len(request.messages))]
    messages = [str(flag).encode() * TIMES for flag in flags]
    return GrpcBidiStreamResponse(messages, compression="gzip", uncompressed=(2, 0))


async def unary(request: GrpcRequest) -> GrpcResponse:
    """Compress the answer if the message was."""
    compression = "gzip" if request.call.was_compressed() else "identity"
    return GrpcResponse(request.payload * TIMES, compression=compression)
