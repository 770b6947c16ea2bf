"""Handlers that report load."""

import json
from collections.abc import AsyncIterator

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

SERVICE = "reporting.Reporting"


@grpc_stream(service=SERVICE)
async def of_call(request: GrpcRequest) -> GrpcResponse:
    """Record the report of the call that the message is."""
    request.call.record_load(**json.loads(request.payload))
    return GrpcResponse(request.payload)


@grpc_stream(service=SERVICE)
def of_server(request: GrpcRequest) -> GrpcResponse:
    """Record the report of the server, in a thread."""
    request.call.record_server_load(**json.loads(request.payload))
    return GrpcResponse(request.payload)


@grpc_stream(service=SERVICE)
async def while_streaming(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Record what the whole stream cost when it is known."""
    yield b"one"
    request.call.record_load(**json.loads(request.payload))


@grpc_stream(service=SERVICE)
async def failing(request: GrpcRequest) -> GrpcResponse:
    """Record, and fail."""
    request.call.record_load(**json.loads(request.payload))
    raise RuntimeError("failing")
