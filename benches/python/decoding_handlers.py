"""spikard's handlers that decode every message with protobuf."""

from __future__ import annotations

from bench_pb2 import Item, Total

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcRequest,
    GrpcResponse,
    grpc_stream,
)


@grpc_stream(service="bench.Bench", method="Sum")
async def handle_sum(request: GrpcClientStreamRequest) -> GrpcResponse:
    values = [item.value for item in map(Item.FromString, request.messages)]
    total = Total(items=len(values), sum=sum(values))
    return GrpcResponse(payload=total.SerializeToString())


@grpc_stream(service="bench.Bench", method="Echo")
async def handle_echo(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    items = [Item.FromString(message) for message in request.messages]
    return GrpcBidiStreamResponse(messages=[item.SerializeToString() for item in items])


@grpc_stream(service="bench.Bench", method="Get")
async def handle_get(request: GrpcRequest) -> GrpcResponse:
    item = Item.FromString(request.payload)
    total = Total(items=1, sum=item.value)
    return GrpcResponse(payload=total.SerializeToString())
