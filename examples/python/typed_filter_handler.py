"""Bidirectional streaming with settings in the metadata. ``filter_handler`` does the same on bytes."""

from filter_handler import parse_min_value
from recordservice_pb2 import DESCRIPTOR, ProcessedRecord, Record
from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse, grpc_stream


@grpc_stream(service=DESCRIPTOR.services_by_name["RecordService"])
async def filter_stream(request: GrpcBidiStreamRequest[Record]) -> GrpcBidiStreamResponse[ProcessedRecord]:
    """Keep the records that the metadata asks for, and process them."""
    filter_type = request.metadata.get("x-filter-type", "all")
    min_value = parse_min_value(request.metadata.get("x-min-value", "0"))

    processed = [
        ProcessedRecord(id=record.id, original_value=record.value, processed_value=record.value * 1.1)
        for record in request.messages
        if filter_type == "all" or (filter_type == "high-value" and record.value >= min_value)
    ]
    return GrpcBidiStreamResponse(
        processed,
        metadata={
            "x-input-count": str(len(request.messages)),
            "x-output-count": str(len(processed)),
            "x-filtered-count": str(len(request.messages) - len(processed)),
        },
    )
