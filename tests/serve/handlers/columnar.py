"""Handlers of columns, as a module that the command serves."""

from collections.abc import AsyncIterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orders_pb2 import DESCRIPTOR, Item, Total
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexResponse,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    grpc_stream,
)

ORDERS = DESCRIPTOR.services_by_name["Orders"]
RAN: list[pa.RecordBatch | pa.Table] = []


@grpc_stream(service=ORDERS)
async def add_up(request: GrpcClientStreamRequest[pa.RecordBatch]) -> GrpcResponse[Total]:
    RAN.append(request.messages)
    return GrpcResponse(Total(value=pc.sum(request.messages["value"]).as_py() or 0))


@grpc_stream(service=ORDERS)
def convert(request: GrpcBidiStreamRequest[pa.Table]) -> GrpcBidiStreamResponse[pa.Table]:
    RAN.append(request.messages)
    return GrpcBidiStreamResponse(request.messages.select(["value"]), trailers={"x-rows": str(len(request.messages))})


@grpc_stream(service=ORDERS)
class Found:
    """A class whose methods are handlers."""

    async def find_all(self, request: GrpcRequest[Item]) -> GrpcServerStreamResponse[pa.RecordBatch]:
        values = pa.array(range(request.payload.value))
        return GrpcServerStreamResponse(pa.record_batch({"value": values}), metadata={"x-name": request.payload.name})


found = Found()


class Streamed:
    """The same method, which yields batches."""

    @grpc_stream(service=ORDERS, method="FindAll")
    async def find_all(self, request: GrpcRequest[Item]) -> AsyncIterator[pa.RecordBatch]:
        request.call.set_trailers({"x-done": "yes"})
        values = pa.array(range(request.payload.value))
        for start in range(0, len(values), 40_000):
            yield pa.record_batch({"value": values.slice(start, 40_000)})


class Returned:
    """The same method, which returns its stream, with metadata."""

    @grpc_stream(service=ORDERS, method="FindAll")
    async def find_all(self, request: GrpcRequest[Item]) -> GrpcDuplexResponse[pa.Table]:
        table = pa.table({"value": range(request.payload.value)})
        return GrpcDuplexResponse([table, table], metadata={"x-a": "1"}, trailers={"x-b": "2"})


class Wrong:
    """The same method, which yields what cannot be sent after what can."""

    def __init__(self, wrong: Any) -> None:
        self.wrong = wrong

    @grpc_stream(service=ORDERS, method="FindAll")
    async def find_all(self, request: GrpcRequest[Item]) -> AsyncIterator[pa.RecordBatch]:
        yield pa.record_batch({"value": [1, 2]})
        yield self.wrong
