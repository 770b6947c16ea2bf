"""`grpc.testing.TestService` of the gRPC interop suite: what ../src/interop does in Rust."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from interop_pb2 import (
    BoolValue,
    EchoStatus,
    Payload,
    PayloadType,
    ResponseParameters,
    SimpleRequest,
    SimpleResponse,
    StreamingInputCallRequest,
    StreamingInputCallResponse,
    StreamingOutputCallRequest,
    StreamingOutputCallResponse,
    TestOrcaReport,
)
from spikard.grpc import (
    Call,
    Compression,
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    LoadReport,
    Metadata,
)

INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"

# A client chooses the size, and the server has to find the memory.
MAX_SIZE = 64 * 1024 * 1024


async def empty_call(request: GrpcRequest) -> GrpcResponse:
    """Answer nothing with nothing."""
    return GrpcResponse(payload=request.payload)


async def unary_call(request: GrpcRequest) -> GrpcResponse:
    """Answer with a payload of the size asked for, or with the status asked for."""
    asked = SimpleRequest.FromString(request.payload)
    expect_compressed(request.call, 0, asked)
    echo_status(asked)
    if asked.HasField("orca_per_query_report"):
        request.call.record_load(**load(asked.orca_per_query_report))
    response = SimpleResponse(payload=payload(asked.response_type, asked.response_size))
    return GrpcResponse(
        payload=response.SerializeToString(),
        metadata=echo(request.metadata, INITIAL),
        trailers=echo(request.metadata, TRAILING),
        compression=compression_of_one(asked),
    )


async def streaming_output_call(request: GrpcRequest) -> GrpcDuplexResponse:
    """Answer with a payload for each of the parameters, when its time has come."""
    asked = StreamingOutputCallRequest.FromString(request.payload)
    echo_status(asked)
    compression, uncompressed = compression_of_each(asked.response_parameters)
    return GrpcDuplexResponse(
        messages=answers(asked),
        metadata=echo(request.metadata, INITIAL),
        trailers=echo(request.metadata, TRAILING),
        compression=compression,
        uncompressed=uncompressed,
    )


async def streaming_input_call(request: GrpcDuplexRequest) -> GrpcResponse:
    """Answer with the size of all payloads together. Not buffered: grpc-java's client awaits a refusal before it
    half-closes."""
    index = size = 0
    async for message in request.messages:
        asked = StreamingInputCallRequest.FromString(message)
        expect_compressed(request.call, index, asked)
        size += len(asked.payload.body)
        index += 1
    return GrpcResponse(payload=StreamingInputCallResponse(aggregated_payload_size=size).SerializeToString())


async def full_duplex_call(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Answer each message when it arrives."""
    request.call.set_initial_metadata(echo(request.metadata, INITIAL))
    request.call.set_trailers(echo(request.metadata, TRAILING))
    async for message in request.messages:
        asked = StreamingOutputCallRequest.FromString(message)
        echo_status(asked)
        if asked.HasField("orca_oob_report"):
            request.call.record_server_load(**load(asked.orca_oob_report))
        async for answer in answers(asked):
            yield answer


async def half_duplex_call(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    """Answer all messages when the last has arrived."""
    messages: list[bytes] = []
    for message in request.messages:
        asked = StreamingOutputCallRequest.FromString(message)
        echo_status(asked)
        messages += [answer async for answer in answers(asked)]
    return GrpcBidiStreamResponse(
        messages=messages,
        metadata=echo(request.metadata, INITIAL),
        trailers=echo(request.metadata, TRAILING),
    )


async def answers(asked: StreamingOutputCallRequest) -> AsyncIterator[bytes]:
    """Make the messages of a response, each when its time has come."""
    for parameters in asked.response_parameters:
        if parameters.interval_us > 0:
            await asyncio.sleep(parameters.interval_us / 1_000_000)
        response = StreamingOutputCallResponse(payload=payload(asked.response_type, parameters.size))
        yield response.SerializeToString()


def load(asked: TestOrcaReport) -> LoadReport:
    """Report what the client dictates."""
    return LoadReport(
        cpu_utilization=asked.cpu_utilization,
        memory_utilization=asked.memory_utilization,
        request_cost=dict(asked.request_cost),
        utilization=dict(asked.utilization),
    )


def payload(payload_type: PayloadType, size: int) -> Payload:
    """Make a payload of so many zeros."""
    if payload_type not in PayloadType.values():
        raise ValueError(f"the payload type {payload_type} is not known: ask for 0, COMPRESSABLE")
    if not 0 <= size <= MAX_SIZE:
        raise ValueError(f"a payload has 0 to {MAX_SIZE} bytes, not {size}: ask for another size")
    return Payload(type=payload_type, body=bytes(size))


def echo(received: Metadata, key: str) -> list[tuple[str, str | bytes]]:
    """Send one key back as it came."""
    return [(key, value) for value in received.get_all(key)]


def echo_status(asked: SimpleRequest | StreamingOutputCallRequest) -> None:
    """End the call with the status that the client asks for, if it asks for one."""
    status: EchoStatus = asked.response_status
    if status.code != 0:
        raise GrpcError(status.code, status.message)


def expect_compressed(call: Call, index: int, asked: SimpleRequest | StreamingInputCallRequest) -> None:
    """Refuse a message that did not come as its client says."""
    if asked.HasField("expect_compressed") and asked.expect_compressed.value != call.was_compressed(index):
        expected: BoolValue = asked.expect_compressed
        found = "not compressed" if expected.value else "compressed"
        raise ValueError(f"message {index} has expect_compressed = {expected.value}, and it is {found}")


def compression_of_one(asked: SimpleRequest) -> Compression | None:
    """Choose how to compress a response of one message."""
    if not asked.HasField("response_compressed"):
        return None
    return "gzip" if asked.response_compressed.value else "identity"


def compression_of_each(parameters: Iterable[ResponseParameters]) -> tuple[Compression | None, list[int]]:
    """Choose how to compress a response, and which of its messages not."""
    wanted = [one.compressed.value for one in parameters]
    if not any(wanted):
        return None, []
    return "gzip", [index for index, compressed in enumerate(wanted) if not compressed]
