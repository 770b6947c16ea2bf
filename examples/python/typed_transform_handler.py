"""Bidirectional streaming: one result for each document. ``transform_handler`` does the same on bytes."""

from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse, grpc_stream
from transform_handler import transform_document, utc_now
from transformservice_pb2 import DESCRIPTOR, Document, TransformResult


@grpc_stream(service=DESCRIPTOR.services_by_name["TransformService"])
async def transform_stream(request: GrpcBidiStreamRequest[Document]) -> GrpcBidiStreamResponse[TransformResult]:
    """Transform every document; one that fails does not fail the others."""
    results = [await result_of(document) for document in request.messages]
    return GrpcBidiStreamResponse(results, metadata={"x-processed-count": str(len(results)), "x-timestamp": utc_now()})


async def result_of(document: Document) -> TransformResult:
    """Answer one document."""
    try:
        transformed = await transform_document(document)
    except Exception as err:
        return TransformResult(original_id=document.id, status="ERROR", error_message=str(err))
    return TransformResult(
        original_id=document.id,
        transformed_content=transformed.content,
        transformed_at=utc_now(),
        status="SUCCESS" if transformed.success else "PARTIAL",
        metadata={
            "original_size": str(len(document.content)),
            "transformed_size": str(len(transformed.content)),
        },
    )
