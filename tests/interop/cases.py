"""The test cases of the gRPC interop suite that ask nothing of the frames, each by its name."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import grpc
import pytest

from interop_client import Client, Pipe, zeros
from interop_pb2 import (
    EchoStatus,
    Empty,
    ResponseParameters,
    SimpleRequest,
    StreamingInputCallRequest,
    StreamingOutputCallRequest,
    StreamingOutputCallResponse,
)

INPUT_SIZES = (27182, 8, 1828, 45904)
OUTPUT_SIZES = (31415, 9, 2653, 58979)
TEXT = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
PATIENCE = 60
"""Seconds until a test that waits for what never comes is given up."""


def empty_unary(client: Client) -> None:
    """A message of no bytes, both ways."""
    assert client.empty_call(Empty(), timeout=PATIENCE) == Empty()


def large_unary(client: Client) -> None:
    """Messages larger than a frame and than HTTP/2's first window."""
    request = SimpleRequest(response_size=314159, payload=zeros(271828))
    assert client.unary_call(request, timeout=PATIENCE).payload == zeros(314159)


def client_streaming(client: Client) -> None:
    """Several messages and one answer."""
    requests = [StreamingInputCallRequest(payload=zeros(size)) for size in INPUT_SIZES]
    response = client.streaming_input_call(iter(requests), timeout=PATIENCE)
    assert response.aggregated_payload_size == sum(INPUT_SIZES) == 74922


def server_streaming(client: Client) -> None:
    """One message and several answers, in order."""
    responses = client.streaming_output_call(asking_for(*OUTPUT_SIZES), timeout=PATIENCE)
    assert_sizes(responses, OUTPUT_SIZES)


def ping_pong(client: Client) -> None:
    """Each message is sent when the one before has been answered."""
    pipe = Pipe[StreamingOutputCallRequest]()
    call = client.full_duplex_call(pipe, timeout=PATIENCE)
    for input_size, output_size in zip(INPUT_SIZES, OUTPUT_SIZES, strict=True):
        request = asking_for(output_size)
        request.payload.CopyFrom(zeros(input_size))
        pipe.send(request)
        assert next(call).payload == zeros(output_size)
    pipe.half_close()
    assert list(call) == []
    assert call.code() is grpc.StatusCode.OK


def empty_stream(client: Client) -> None:
    """No message in either direction."""
    call = client.full_duplex_call(iter(()), timeout=PATIENCE)
    assert list(call) == []
    assert call.code() is grpc.StatusCode.OK


def timeout_on_sleeping_server(client: Client) -> None:
    """A client that does not half-close, and does not wait long."""
    pipe = Pipe[StreamingOutputCallRequest]()
    call = client.full_duplex_call(pipe, timeout=0.001)
    pipe.send(StreamingOutputCallRequest(payload=zeros(27182)))
    assert failure(list, call).code() is grpc.StatusCode.DEADLINE_EXCEEDED
    pipe.half_close()


def cancel_after_begin(client: Client) -> None:
    """Cancelled before the first message."""
    pipe = Pipe[StreamingInputCallRequest]()
    call = client.streaming_input_call.future(pipe, timeout=PATIENCE)
    call.cancel()
    assert call.code() is grpc.StatusCode.CANCELLED
    pipe.half_close()


def cancel_after_first_response(client: Client) -> None:
    """Cancelled while the call is open in both directions."""
    pipe = Pipe[StreamingOutputCallRequest]()
    call = client.full_duplex_call(pipe, timeout=PATIENCE)
    request = asking_for(31415)
    request.payload.CopyFrom(zeros(27182))
    pipe.send(request)
    assert next(call).payload == zeros(31415)
    call.cancel()
    assert failure(next, call).code() is grpc.StatusCode.CANCELLED
    pipe.half_close()


def status_code_and_message(client: Client) -> None:
    """A status as the client asks for it, of a unary call and of a stream."""
    status = EchoStatus(code=2, message="test status message")
    stream = client.full_duplex_call(iter([StreamingOutputCallRequest(response_status=status)]), timeout=PATIENCE)
    errors = [
        failure(client.unary_call, SimpleRequest(response_status=status), timeout=PATIENCE),
        failure(list, stream),
    ]
    for error in errors:
        assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, "test status message")


def special_status_message(client: Client) -> None:
    """White space and any Unicode in the text of a status."""
    request = SimpleRequest(response_status=EchoStatus(code=2, message=TEXT))
    error = failure(client.unary_call, request, timeout=PATIENCE)
    assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, TEXT)


def custom_metadata(client: Client) -> None:
    """Metadata that comes back before the first message, and as trailers."""
    initial = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
    trailing = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
    metadata = (initial, trailing)
    request = SimpleRequest(response_size=314159, payload=zeros(271828))
    response, unary = client.unary_call.with_call(request, metadata=metadata, timeout=PATIENCE)
    assert response.payload == zeros(314159)
    stream_request = asking_for(314159)
    stream_request.payload.CopyFrom(zeros(271828))
    duplex = client.full_duplex_call(iter([stream_request]), metadata=metadata, timeout=PATIENCE)
    assert_sizes(duplex, (314159,))
    calls: list[Any] = [unary, duplex]
    for call in calls:
        assert call.code() is grpc.StatusCode.OK
        assert [tuple(entry) for entry in call.initial_metadata()] == [initial]
        assert [tuple(entry) for entry in call.trailing_metadata()] == [trailing]


def unimplemented_method(client: Client) -> None:
    """A method that the service lacks."""
    error = failure(client.unimplemented_call, Empty(), timeout=PATIENCE)
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


def unimplemented_service(client: Client) -> None:
    """A service that the server lacks."""
    error = failure(client.call_of_unimplemented_service, Empty(), timeout=PATIENCE)
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


def half_duplex(client: Client) -> None:
    """Not of the suite, which has the method and no case for it: the answers to all messages, after the last."""
    requests = [asking_for(31415, 9), StreamingOutputCallRequest(), asking_for(2653)]
    call = client.half_duplex_call(iter(requests), timeout=PATIENCE)
    assert_sizes(call, (31415, 9, 2653))


def refused_requests(client: Client) -> None:
    """Not of the suite: sizes and types that no payload can have."""
    requests = [
        SimpleRequest(response_size=-1),
        SimpleRequest(response_size=2_000_000_000),
        SimpleRequest(response_type=7),  # type: ignore[arg-type]
    ]
    for request in requests:
        error = failure(client.unary_call, request, timeout=PATIENCE)
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, request


def asking_for(*sizes: int) -> StreamingOutputCallRequest:
    """A request for responses of these sizes."""
    return StreamingOutputCallRequest(response_parameters=[ResponseParameters(size=size) for size in sizes])


def assert_sizes(responses: Iterable[StreamingOutputCallResponse], sizes: Sequence[int]) -> None:
    """Check that these are the sizes of all responses, and that they are zeros."""
    assert [response.payload for response in responses] == [zeros(size) for size in sizes]


def failure(call: Callable[..., object], *args: Any, **options: Any) -> Any:
    """Return the error of a call that has to fail: it is a `grpc.Call` too, which stubs do not say."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*args, **options)
    return caught.value


CASES = [
    empty_unary,
    large_unary,
    client_streaming,
    server_streaming,
    ping_pong,
    empty_stream,
    timeout_on_sleeping_server,
    cancel_after_begin,
    cancel_after_first_response,
    status_code_and_message,
    special_status_message,
    custom_metadata,
    unimplemented_method,
    unimplemented_service,
    half_duplex,
    refused_requests,
]
