"""A handler of google's messages, for a method whose Rust signature is raw."""

from google.protobuf.wrappers_pb2 import StringValue

from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcRequest, GrpcResponse


async def first(request: GrpcRequest[StringValue]) -> GrpcResponse[StringValue]:
    return GrpcResponse(request.payload)


def shout(request: GrpcBidiStreamRequest[StringValue]) -> GrpcBidiStreamResponse[StringValue]:
    assert not isinstance(request.messages, list), "they are parsed at once"
    return GrpcBidiStreamResponse([StringValue(value=one.value.upper()) for one in request.messages])
