"""What the instances behind Envoy serve: `shop.Orders`, a method of each kind.

../src/bin/fleet_server.rs is the same in Rust. Every answer begins with the name of the instance.
"""

import asyncio
import os
from collections.abc import AsyncIterator

from spikard.grpc import GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest, GrpcResponse, grpc_stream

SERVICE = "shop.Orders"
INSTANCE = os.environ.get("FLEET_INSTANCE", "?").encode()

LOAD = float(os.environ.get("FLEET_LOAD", "0"))
"""The utilization that the instance says it has, if it is not 0."""


@grpc_stream(service=SERVICE)
async def get(request: GrpcRequest) -> GrpcResponse:
    """Answer at once."""
    if LOAD:
        request.call.record_server_load(application_utilization=LOAD)
    return GrpcResponse(INSTANCE + b" " + request.payload)


@grpc_stream(service=SERVICE)
async def add_up(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Answer with the sum of an upload."""
    return GrpcResponse(b"%b %d" % (INSTANCE, sum(map(int, request.messages))))


@grpc_stream(service=SERVICE)
async def export(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Send so many messages, over a while."""
    for number in range(int(request.payload)):
        await asyncio.sleep(0.05)
        yield b"%b %d" % (INSTANCE, number)


@grpc_stream(service=SERVICE)
async def chat(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Answer each message when it comes."""
    async for message in request.messages:
        yield INSTANCE + b" " + message
