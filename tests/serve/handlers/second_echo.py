"""A second handler for a method of the probes."""

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream


@grpc_stream(service="probes.Probes", method="Echo")
async def other(request: GrpcRequest) -> GrpcResponse:
    """Answer like the first."""
    return GrpcResponse(request.payload)
