"""Bidirectional streaming with settings in the metadata: fewer answers than messages."""

import recordservice_pb2
from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse, grpc_stream


@grpc_stream(service="recordservice.RecordService", method="FilterStream")
async def handle_filter_stream(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    """Filter records and process those that are kept.

    Pattern: filter the input by criteria in the metadata, transform, return what is left.
    """
    messages = request.messages

    # Parse the filter criteria from the metadata.
    filter_type = request.metadata.get("x-filter-type", "all")
    min_value = parse_min_value(request.metadata.get("x-min-value", "0"))

    # Step 1: deserialize and filter.
    filtered_items = []
    for i, message in enumerate(messages):
        item = recordservice_pb2.Record()
        try:
            item.ParseFromString(message)
        except Exception as err:
            raise ValueError(f"Failed to decode message {i}: {err}") from err
        if filter_type == "all" or (filter_type == "high-value" and item.value >= min_value):
            filtered_items.append(item)

    # Step 2: transform what is left.
    output_messages: list[bytes] = []
    for item in filtered_items:
        response = recordservice_pb2.ProcessedRecord()
        response.id = item.id
        response.original_value = item.value
        response.processed_value = item.value * 1.1
        response.filtered = False
        output_messages.append(response.SerializeToString())

    # Step 3: return the response with statistics.
    return GrpcBidiStreamResponse(
        messages=output_messages,
        metadata={
            "x-input-count": str(len(messages)),
            "x-output-count": str(len(output_messages)),
            "x-filtered-count": str(len(messages) - len(output_messages)),
        },
    )


def parse_min_value(text: str) -> int:
    """Read `x-min-value`; the `ValueError` of `int` alone would not name the key."""
    try:
        return int(text)
    except ValueError as err:
        raise ValueError(f"x-min-value must be a whole number, not: {text}") from err
