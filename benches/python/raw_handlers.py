"""spikard's handlers on raw bytes: what is added up are the lengths of the messages."""

from __future__ import annotations

from bench_pb2 import Total

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
    messages = request.messages
    total = Total(items=len(messages), sum=sum(map(len, messages)))
    return GrpcResponse(payload=total.SerializeToString())


@grpc_stream(service="bench.Bench", method="Echo")
async def handle_echo(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    return GrpcBidiStreamResponse(messages=request.messages)


@grpc_stream(service="bench.Bench", method="Get")
async def handle_get(request: GrpcRequest) -> GrpcResponse:
    total = Total(items=1, sum=len(request.payload))
    return GrpcResponse(payload=total.SerializeToString())
