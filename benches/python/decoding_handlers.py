"""spikard's handlers that decode every message with protobuf."""

from __future__ import annotations

from bench_pb2 import Item, Total

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcRequest,
    GrpcResponse,
)


async def handle_sum(request: GrpcClientStreamRequest) -> GrpcResponse:
    items = [Item.FromString(message) for message in request.messages]
    total = Total(items=len(items), sum=sum(item.value for item in items))
    return GrpcResponse(payload=total.SerializeToString())


async def handle_echo(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    items = [Item.FromString(message) for message in request.messages]
    return GrpcBidiStreamResponse(messages=[item.SerializeToString() for item in items])


async def handle_get(request: GrpcRequest) -> GrpcResponse:
    item = Item.FromString(request.payload)
    total = Total(items=1, sum=item.value)
    return GrpcResponse(payload=total.SerializeToString())
