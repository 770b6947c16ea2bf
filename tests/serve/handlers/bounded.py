"""Handlers of the tests of bounds."""

import threading

from spikard.grpc import GrpcClientStreamRequest, GrpcRequest, GrpcResponse, grpc_stream

OPEN = threading.Event()
ENTERED = threading.Semaphore(0)
COUNTS: list[int] = []


@grpc_stream(service="bounded.Bounded")
def hold(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Keep the messages in a thread until the test lets go."""
    ENTERED.release()
    OPEN.wait()
    return GrpcResponse(str(len(request.messages)).encode())


@grpc_stream(service="bounded.Bounded")
async def count(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Answer with the number of messages."""
    COUNTS.append(len(request.messages))
    return GrpcResponse(str(len(request.messages)).encode())


@grpc_stream(service="bounded.Bounded")
async def echo(request: GrpcRequest) -> GrpcResponse:
    """Answer with the message."""
    return GrpcResponse(request.payload)
