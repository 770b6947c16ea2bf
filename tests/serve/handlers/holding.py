"""A handler that holds the event loop, until the test lets go of it."""

import os
import socket

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream


@grpc_stream(service="holding.Holding")
async def hold(request: GrpcRequest) -> GrpcResponse:
    """Wait for the gate, as a call would that is not asynchronous."""
    with socket.socket(socket.AF_UNIX) as gate:
        gate.connect(os.environ["GATE"])
        gate.recv(1)
    return GrpcResponse(request.payload)
