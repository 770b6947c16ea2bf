"""A handler whose annotations fit no kind."""

from spikard.grpc import GrpcBidiStreamResponse, GrpcClientStreamRequest, grpc_stream


@grpc_stream(service="broken.Broken")  # type: ignore[type-var]
async def upload(request: GrpcClientStreamRequest) -> GrpcBidiStreamResponse:
    """Never called."""
    return GrpcBidiStreamResponse()
