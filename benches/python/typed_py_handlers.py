"""spikard's handlers on messages of protobuf-py, which are decoded and encoded for them; all values are read."""

from __future__ import annotations

from bench_pb import Item, Total, desc

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcRequest,
    GrpcResponse,
    grpc_stream,
)

(bench,) = desc().services


@grpc_stream(service=bench, method="Sum")
async def handle_sum(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
    values = [item.value for item in request.messages]
    return GrpcResponse(Total(items=len(values), sum=sum(values)))


@grpc_stream(service=bench, method="Echo")
async def handle_echo(request: GrpcBidiStreamRequest[Item]) -> GrpcBidiStreamResponse[Item]:
    return GrpcBidiStreamResponse(request.messages)


@grpc_stream(service=bench, method="Get")
async def handle_get(request: GrpcRequest[Item]) -> GrpcResponse[Total]:
    return GrpcResponse(Total(items=1, sum=request.payload.value))
