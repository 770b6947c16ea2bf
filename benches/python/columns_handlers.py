"""spikard's handlers on columns of pyarrow."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from bench_pb2 import DESCRIPTOR, Item, Total

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcRequest,
    GrpcResponse,
    grpc_stream,
)

bench = DESCRIPTOR.services_by_name["Bench"]


@grpc_stream(service=bench, method="Sum")
async def handle_sum(request: GrpcClientStreamRequest[pa.RecordBatch]) -> GrpcResponse[Total]:
    batch = request.messages
    return GrpcResponse(Total(items=batch.num_rows, sum=pc.sum(batch["value"]).as_py() or 0))


@grpc_stream(service=bench, method="Echo")
async def handle_echo(request: GrpcBidiStreamRequest[pa.RecordBatch]) -> GrpcBidiStreamResponse[pa.RecordBatch]:
    return GrpcBidiStreamResponse(request.messages)


@grpc_stream(service=bench, method="Get")
async def handle_get(request: GrpcRequest[Item]) -> GrpcResponse[Total]:
    return GrpcResponse(Total(items=1, sum=request.payload.value))
