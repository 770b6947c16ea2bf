"""Responses that end in several ways, with metadata at both ends."""

from collections.abc import AsyncIterator

from spikard.grpc import GrpcDuplexRequest, GrpcDuplexResponse, GrpcError, GrpcRequest, StatusCode, grpc_stream

INITIAL = {"x-initial": "yes"}
TRAILERS = {"x-both": "of the response"}
NONE: tuple[bytes, ...] = ()
ERROR = GrpcError(StatusCode.ABORTED, "as asked", metadata={"x-both": "of the status"})


@grpc_stream(service="ends.Ends")
async def generator(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Fail after as many messages as are asked for."""
    request.call.set_initial_metadata(INITIAL)
    request.call.set_trailers(TRAILERS)
    for _ in range(int(request.payload)):
        yield b"one"
    raise ERROR


@grpc_stream(service="ends.Ends")
async def duplex(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Fail before any message is read."""
    request.call.set_initial_metadata(INITIAL)
    request.call.set_trailers(TRAILERS)
    for message in NONE:
        yield message
    raise ERROR


@grpc_stream(service="ends.Ends")
async def response(request: GrpcRequest) -> GrpcDuplexResponse:
    """The same, with the metadata in the response."""

    async def messages() -> AsyncIterator[bytes]:
        for _ in range(int(request.payload)):
            yield b"one"
        raise ERROR

    return GrpcDuplexResponse(messages(), metadata=INITIAL, trailers=TRAILERS)


@grpc_stream(service="ends.Ends")
async def late(request: GrpcRequest) -> GrpcDuplexResponse:
    """Fail before there is a response."""
    request.call.set_initial_metadata(INITIAL)
    request.call.set_trailers(TRAILERS)
    raise ERROR
