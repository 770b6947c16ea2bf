"""Handlers that a Python server can serve as well: its names can be imported in a program that embeds Python."""

from __future__ import annotations

from spikard.grpc import GrpcRequest, GrpcResponse, Server, grpc_stream, serve
from spikard.grpc.testing import Client

__all__ = ["Client", "serve"]


@grpc_stream(service="test.ServedElsewhere")
async def handle(request: GrpcRequest) -> GrpcResponse:
    try:
        Server(handle)
    except AttributeError as error:
        return GrpcResponse(str(error).encode())
    return GrpcResponse()
