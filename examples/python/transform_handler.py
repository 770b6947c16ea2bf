"""Bidirectional streaming: one result for each document."""

from dataclasses import dataclass
from datetime import datetime, timezone

import transformservice_pb2
from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse, grpc_stream


@grpc_stream(service="transformservice.TransformService", method="TransformStream")
async def handle_transform_stream(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    """Transform every document.

    Pattern: collect all input messages, process each, return one output message for each.
    """
    # Step 1: deserialize all input messages.
    documents = []
    for index, message in enumerate(request.messages):
        document = transformservice_pb2.Document()
        try:
            document.ParseFromString(message)
        except Exception as err:
            raise ValueError(f"Failed to decode message {index}: {err}") from err
        documents.append(document)

    # Step 2: process each document; one that fails does not fail the others.
    output_messages: list[bytes] = []
    for document in documents:
        result = transformservice_pb2.TransformResult()
        result.original_id = document.id
        try:
            transformed = await transform_document(document)
        except Exception as err:
            result.status = "ERROR"
            result.error_message = str(err)
        else:
            result.transformed_content = transformed.content
            result.transformed_at = utc_now()
            result.status = "SUCCESS" if transformed.success else "PARTIAL"
            result.metadata["original_size"] = str(len(document.content))
            result.metadata["transformed_size"] = str(len(transformed.content))
        output_messages.append(result.SerializeToString())

    # Step 3: return all response messages.
    return GrpcBidiStreamResponse(
        messages=output_messages,
        metadata={
            "x-processed-count": str(len(output_messages)),
            "x-timestamp": utc_now(),
        },
    )


@dataclass
class Transformed:
    """What became of one document."""

    content: str
    success: bool


async def transform_document(document: transformservice_pb2.Document) -> Transformed:
    """Put a document in capitals: a stand-in for real work."""
    return Transformed(content=document.content.upper(), success=True)


def utc_now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(timezone.utc).replace(tzinfo=None).isoformat()
