"""No handlers, but a class that would have some."""

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream


class Waiting:
    """A service that nobody has made an instance of."""

    @grpc_stream(service="waiting.Waiting")
    async def wait(self, request: GrpcRequest) -> GrpcResponse:
        """Never called."""
        return GrpcResponse()


def undeclared(request: GrpcRequest) -> GrpcResponse:
    """Not declared."""
    return GrpcResponse()


NUMBER = 7
