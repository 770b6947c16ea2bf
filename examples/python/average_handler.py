"""A handler with a bug, on purpose: the demo shows what a bug does to the server."""

import recordservice_pb2
from spikard.grpc import GrpcClientStreamRequest, GrpcResponse, grpc_stream


@grpc_stream(service="recordservice.RecordService", method="Average")
async def handle_average(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Answer with the mean of the records' values, rounded down."""
    records = [recordservice_pb2.Record.FromString(message) for message in request.messages]
    total = sum(record.value for record in records)
    # The bug: an empty stream raises ZeroDivisionError.
    response = recordservice_pb2.AverageResponse(value=total // len(records))
    return GrpcResponse(payload=response.SerializeToString())
