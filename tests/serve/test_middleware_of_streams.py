"""Middleware around streams: those of generators, in threads and on the loop, and their end."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import around
import pytest
from processes import WAIT, serving
from wire import grpc

from spikard.grpc import (
    AnyRequest,
    AnyResponse,
    DefNext,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
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


def test_a_generator_in_a_thread() -> None:
    """Its own metadata, and its end; within middleware of both kinds."""
    ended: list[str] = []

    @grpc_stream(service="middleware.Test")
    def count(request: GrpcRequest) -> Iterator[bytes]:
        request.call.set_initial_metadata({"x-own": "1"})
        request.call.on_end(lambda: ended.append(str(request.call.cancelled_by)))
        try:
            yield b"1"
            yield b"2"
        finally:
            ended.append("closed")

    with Client(count, middleware=[around.threaded, around.authenticate]) as client:
        response = client.call(count, metadata={"x-user": "ann"})
        assert response.messages == [b"1", b"2"]
        assert response.metadata == {"x-own": "1", "x-auth": "ann", "x-thread": "True"}
    assert ended == ["closed", "None"]


def test_a_wrapped_stream_is_closed_when_its_client_goes() -> None:
    """The handler's generator too, in its own task."""
    with serving("around", "--middleware", "around:count", "--lifespan", "around:resources") as served:
        with grpc.insecure_channel(served.address) as channel:
            stream = channel.unary_stream("/around.Around/CountUp")(b"on", timeout=WAIT)
            assert next(stream) == b"1:0"
            served.out.wait_for("waits")
            stream.cancel()
            served.out.wait_for("closed")


def test_a_wrapped_stream_is_closed_in_its_own_task() -> None:
    """Not by the garbage collector: it may have a cancel scope that it must leave where it has entered it."""
    tasks: list[Any] = []

    @grpc_stream(service="middleware.Test")
    async def count(request: GrpcRequest) -> AsyncIterator[bytes]:
        tasks.append(asyncio.current_task())
        try:
            yield b"1"
            yield b"2"
        finally:
            tasks.append(asyncio.current_task())

    async def spoil(request: AnyRequest, call_next: Next) -> AnyResponse:
        async def spoiled() -> AsyncIterator[Any]:
            async for message in messages:
                yield message.decode()

        response = await call_next(request)
        assert isinstance(response, GrpcDuplexResponse)
        messages = response.messages
        response.messages = spoiled()
        kept.append(response)
        return response

    kept: list[Any] = []
    with Client(count, middleware=[spoil]) as client, pytest.raises(GrpcError, match="cannot be sent"):
        client.call(count)
    assert len(tasks) == 2
    assert tasks[0] is tasks[1]
