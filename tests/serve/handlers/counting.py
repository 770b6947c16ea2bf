"""A service with state, in instances of a class."""

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream


class Counter:
    """Counts the calls of its instance."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls = 0

    @grpc_stream(service="counting.Counter")
    async def count(self, request: GrpcRequest) -> GrpcResponse:
        """Answer with the number of calls."""
        self.calls += 1
        return GrpcResponse(f"{self.name} {self.calls}".encode())

    @grpc_stream(service="counting.Counter", method="Name")
    def get_name(self, request: GrpcRequest) -> GrpcResponse:
        """Answer with the name, from a thread."""
        return GrpcResponse(self.name.encode())


counter = Counter("one")
