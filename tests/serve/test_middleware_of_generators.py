"""Middleware that wraps the stream of a generator in a thread: the event loop goes on while it waits."""

from collections.abc import Iterator

import around

from spikard.grpc import (
    AnyRequest,
    AnyResponse,
    DefNext,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcRequest,
    GrpcResponse,
    Next,
    grpc_stream,
)
from spikard.grpc.testing import Client


@grpc_stream(service="middleware.Generators")
def lengths(request: GrpcDuplexRequest) -> Iterator[bytes]:
    """Blocks its thread until there is a message."""
    for message in request.messages:
        yield b"%d" % len(message)


@grpc_stream(service="middleware.Generators")
async def ping(request: GrpcRequest) -> GrpcResponse:
    """Needs the event loop."""
    return GrpcResponse(b"pong")


async def wrap(request: AnyRequest, call_next: Next) -> AnyResponse:
    """As the guide has it."""
    response = await call_next(request)
    if isinstance(response, GrpcDuplexResponse):
        response.messages = around.numbered(response.messages)
    return response


def test_the_event_loop_goes_on() -> None:
    """While the generator waits for a message, answers come and others are served."""
    with Client(lengths, ping, middleware=[wrap], threads=2) as client, client.stream(lengths) as call:
        call.send(b"abc")
        assert call.receive() == b"1:3"
        assert client.call(ping).payload == b"pong"
        call.send(b"de")
        assert call.receive() == b"2:2"
        call.done_writing()
        assert call.rest() == []


def test_a_call_that_is_cancelled_ends_the_generator() -> None:
    """It gets the cancellation where it waits."""
    ended: list[str] = []

    @grpc_stream(service="middleware.Generators")
    def waits(request: GrpcDuplexRequest) -> Iterator[bytes]:
        try:
            yield from request.messages
        finally:
            ended.append("closed")

    with Client(waits, middleware=[wrap], threads=1) as client:
        with client.stream(waits) as call:
            call.send(b"a")
            assert call.receive() == b"1:a"
        # The only thread is free again.
        assert client.call(waits, [b"b"]).messages == [b"1:b"]
    assert ended == ["closed", "closed"]


def test_a_def_may_assign_a_generator() -> None:
    """Of a stream in the thread of its handler."""

    def shout(request: AnyRequest, call_next: DefNext) -> AnyResponse:
        response = call_next(request)
        if isinstance(response, GrpcDuplexResponse):
            messages: Iterator[bytes] = iter(response.messages)  # type: ignore[call-overload]
            response.messages = (message + b"!" for message in messages)  # type: ignore[assignment]
        return response

    with Client(lengths, middleware=[shout]) as client:
        assert client.call(lengths, [b"abc", b"de"]).messages == [b"3!", b"2!"]
