"""The test cases of the gRPC interop suite that look at frames, which are the four compressed ones, each by its name.

What grpcio can do is done with grpcio; the flags of the messages are seen and set frame by frame.
"""

import grpc
from google.protobuf.message import Message

from cases import PATIENCE, failure
from frames import Frame, FramesClient
from interop_client import TEST_SERVICE, Client, zeros
from interop_pb2 import (
    BoolValue,
    ResponseParameters,
    SimpleRequest,
    SimpleResponse,
    StreamingInputCallRequest,
    StreamingInputCallResponse,
    StreamingOutputCallRequest,
    StreamingOutputCallResponse,
)

OK = grpc.StatusCode.OK.value[0]
INVALID_ARGUMENT = grpc.StatusCode.INVALID_ARGUMENT.value[0]


def client_compressed_unary(client: Client, frames: FramesClient) -> None:
    """Messages that are compressed or not, and come as announced; the first does not."""
    compressions = {True: grpc.Compression.Gzip, False: grpc.Compression.NoCompression}
    for announced, compressed in ((True, False), (False, True), (True, True), (False, False)):
        request = SimpleRequest(
            expect_compressed=BoolValue(value=announced), response_size=314159, payload=zeros(271828)
        )
        answer = frames.call(f"/{TEST_SERVICE}/UnaryCall", [frame(request, compressed=compressed)])
        if announced != compressed:
            assert (answer.status, answer.frames) == (INVALID_ARGUMENT, [])
            error = failure(client.unary_call, request, compression=compressions[compressed], timeout=PATIENCE)
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
            continue
        assert (answer.status, sizes(answer.frames)) == (OK, [314159])
        response = client.unary_call(request, compression=compressions[compressed], timeout=PATIENCE)
        assert response.payload == zeros(314159)


def server_compressed_unary(client: Client, frames: FramesClient) -> None:
    """Responses that are compressed, or not, as the client asks."""
    for compressed in (True, False):
        request = SimpleRequest(
            response_compressed=BoolValue(value=compressed), response_size=314159, payload=zeros(271828)
        )
        assert client.unary_call(request, timeout=PATIENCE).payload == zeros(314159)
        answer = frames.call(f"/{TEST_SERVICE}/UnaryCall", [frame(request)])
        assert answer.status == OK
        assert [one.compressed for one in answer.frames] == [compressed]
        assert SimpleResponse.FromString(answer.frames[0].message).payload == zeros(314159)


def client_compressed_streaming(_: Client, frames: FramesClient) -> None:
    """One stream with a compressed message and one that is not, after one that does not come as announced."""
    path = f"/{TEST_SERVICE}/StreamingInputCall"
    first = StreamingInputCallRequest(expect_compressed=BoolValue(value=True), payload=zeros(27182))
    second = StreamingInputCallRequest(expect_compressed=BoolValue(value=False), payload=zeros(45904))
    answer = frames.call(path, [frame(first)])
    assert (answer.status, answer.frames) == (INVALID_ARGUMENT, [])
    probe = frames.begin(path, [frame(first)], half_close=False)  # as grpc-java's client does
    while not probe.ended:
        frames.read()
    assert (probe.status, probe.frames) == (INVALID_ARGUMENT, [])
    answer = frames.call(path, [frame(first, compressed=True), frame(second)])
    assert answer.status == OK
    response = StreamingInputCallResponse.FromString(answer.frames[0].message)
    assert response.aggregated_payload_size == 27182 + 45904 == 73086


def server_compressed_streaming(client: Client, frames: FramesClient) -> None:
    """A compressed response and one that is not, in one stream."""
    parameters = [
        ResponseParameters(compressed=BoolValue(value=True), size=31415),
        ResponseParameters(compressed=BoolValue(value=False), size=92653),
    ]
    for order in (parameters, parameters[::-1]):
        request = StreamingOutputCallRequest(response_parameters=order)
        expected = [(one.compressed.value, one.size) for one in order]
        responses = client.streaming_output_call(request, timeout=PATIENCE)
        assert [response.payload for response in responses] == [zeros(size) for _, size in expected]
        answer = frames.call(f"/{TEST_SERVICE}/StreamingOutputCall", [frame(request)])
        assert answer.status == OK
        assert [one.compressed for one in answer.frames] == [compressed for compressed, _ in expected]
        assert sizes(answer.frames) == [size for _, size in expected]


def interval_of_a_response(_: Client, frames: FramesClient) -> None:
    """Not of the suite: a response that is due in half an hour is not sent yet, and the one before it is."""
    request = StreamingOutputCallRequest(
        response_parameters=[ResponseParameters(size=9), ResponseParameters(size=8, interval_us=2_000_000_000)]
    )
    for method in ("StreamingOutputCall", "FullDuplexCall"):
        call = frames.begin(f"/{TEST_SERVICE}/{method}", [frame(request)])
        while not call.frames:
            frames.read()
        # What the server had to send before this answer has come before it.
        assert frames.call(f"/{TEST_SERVICE}/EmptyCall", [Frame(b"")]).status == OK
        assert (call.ended, sizes(call.frames)) == (False, [9])
        frames.cancel(call)


def frame(message: Message, *, compressed: bool = False) -> Frame:
    """A message as one frame."""
    return Frame(message.SerializeToString(), compressed)


def sizes(frames: list[Frame]) -> list[int]:
    """The sizes of the payloads, which both sorts of response have in the same field."""
    return [len(StreamingOutputCallResponse.FromString(one.message).payload.body) for one in frames]


FRAME_CASES = [
    client_compressed_unary,
    server_compressed_unary,
    client_compressed_streaming,
    server_compressed_streaming,
    interval_of_a_response,
]
