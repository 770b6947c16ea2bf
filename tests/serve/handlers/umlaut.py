"""A handler whose name is not ASCII."""

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream


@grpc_stream(service="umlaut.Umlaut", method="Greet")
async def grüße_東京(request: GrpcRequest) -> GrpcResponse:  # noqa: N802, PLC2401
    """Answer with nothing."""
    return GrpcResponse()
