"""Handlers of columns, for methods whose Rust signature is raw."""

from __future__ import annotations

import pyarrow as pa
from google.protobuf import struct_pb2, wrappers_pb2

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcResponse,
    grpc_stream,
)


class Method:
    """A method of a descriptor: a stream of `StringValue` in, and out."""

    name = "Shout"
    client_streaming = server_streaming = True
    input_type = output_type = wrappers_pb2.StringValue.DESCRIPTOR


class Service:
    """The descriptor of a service."""

    full_name = "test.Columns"
    methods = (Method,)
    file = wrappers_pb2.DESCRIPTOR


@grpc_stream(service=Service)
def shout(request: GrpcBidiStreamRequest[pa.RecordBatch]) -> GrpcBidiStreamResponse[pa.RecordBatch]:
    shouted = [value.upper() for value in request.messages["value"].to_pylist()]
    return GrpcBidiStreamResponse(pa.record_batch({"value": shouted}))


async def undeclared(request: GrpcClientStreamRequest[pa.Table]) -> GrpcResponse[struct_pb2.Struct]:
    raise AssertionError("it is refused")
