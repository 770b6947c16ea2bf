"""Calls in the process, message by message, and the clients' errors and bounds."""

import asyncio
import contextlib
import functools
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpcio_examples
import probes
import pytest

import helloworld_pb2
from spikard.grpc import (
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    StatusCode,
    grpc_stream,
    servicer,
)
from spikard.grpc.testing import AsyncClient, Client, TestServer

SEEN: Counter[str] = Counter()


@grpc_stream(service="calls.Calls")
async def talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Answer each message, with metadata."""
    request.call.set_initial_metadata({"x-user": request.metadata.get("x-user", "nobody")})
    try:
        async for message in request.messages:
            SEEN["read"] += 1
            if message == b"fail":
                raise GrpcError(StatusCode.NOT_FOUND, "no more", metadata={"x-why": "asked"})
            yield message.upper()
        request.call.set_trailers({"x-end": "1"})
    except asyncio.CancelledError:
        SEEN["cancelled"] += 1
        raise


@grpc_stream(service="calls.Calls")
async def early(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """End before the client does."""
    yield await anext(request.messages)


@grpc_stream(service="calls.Calls")
async def deaf(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Read nothing, and say nothing."""
    await asyncio.Event().wait()
    yield b""


@grpc_stream(service="calls.Calls")
async def pour(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Without an end."""
    while True:
        SEEN["poured"] += 1
        yield bytes(1000)


@grpc_stream(service="calls.Calls")
async def held(request: GrpcRequest) -> GrpcResponse:
    """Hold the event loop."""
    RELEASE.wait(30)
    return GrpcResponse()


RELEASE = threading.Event()


def test_a_dialogue() -> None:
    """Each answer before the next message, then the half-close."""
    with Client(talk) as client, client.stream(talk, metadata={"x-user": "ann"}) as call:
        call.send(b"one")
        assert call.receive() == b"ONE"
        assert call.initial_metadata() == {"x-user": "ann"}
        call.send(b"two")
        call.send(b"three")
        call.done_writing()
        assert call.rest() == [b"TWO", b"THREE"]
        assert call.trailers() == {"x-end": "1"}
        with pytest.raises(EOFError, match=r"/calls.Calls/Talk has ended with OK"):
            call.receive()


@pytest.mark.asyncio
async def test_a_dialogue_of_an_async_test() -> None:
    """The same, on the test's own loop."""
    async with AsyncClient(talk) as client, client.stream(talk) as call:
        await call.send(b"one")
        assert await call.receive() == b"ONE"
        await call.done_writing()
        assert [message async for message in call] == []
        assert await call.trailers() == {"x-end": "1"}


@pytest.mark.asyncio
async def test_cancelling() -> None:
    """It reaches the handler; and so does the end of a block, and of the client."""
    async with AsyncClient(talk) as client:
        for how in ("cancel", "block"):
            SEEN.clear()
            async with client.stream(talk) as call:
                await call.send(b"one")
                await call.receive()
                if how == "cancel":
                    call.cancel()
                    with pytest.raises(GrpcError, match="CANCELLED"):
                        await call.receive()
            while not SEEN["cancelled"]:
                await asyncio.sleep(0)


def test_a_failure_is_raised_where_the_test_waits() -> None:
    """With its metadata; and again, whatever the test waits for."""
    with Client(talk) as client, client.stream(talk) as call:
        call.send(b"fail")
        for wait in (call.receive, call.rest, call.trailers):
            with pytest.raises(GrpcError, match="NOT_FOUND: no more") as raised:
                wait()
            assert raised.value.metadata["x-why"] == "asked"


def test_sending_after_the_end() -> None:
    """Of a call that has ended well."""
    with Client(early) as client, client.stream(early) as call:
        call.send(b"one")
        assert call.rest() == [b"one"]
        with pytest.raises(EOFError, match="has ended with OK"):
            call.send(b"two")


def test_a_client_that_does_not_read_holds_the_handler_back() -> None:
    """As on the wire, with less room."""
    SEEN.clear()
    with Client(pour) as client, client.stream(pour) as call:
        call.send(b"")
        call.done_writing()
        for number in range(300):
            call.receive()
            assert SEEN["poured"] - number < 200


def test_every_wait_ends() -> None:
    """With what was waited for."""
    with Client(deaf, "probes") as client:
        with client.stream(deaf, within=0.05) as call:
            with pytest.raises(TimeoutError, match=r"/calls.Calls/Deaf has not sent anything within 0.05 s"):
                call.receive()
            send = functools.partial(call.send, bytes(100_000))
            for _ in range(3):  # what the buffers have room for
                with contextlib.suppress(TimeoutError):
                    send()
            with pytest.raises(TimeoutError, match=r"/calls.Calls/Deaf has not taken the message within 0.05 s"):
                send()
        text = r"/probes.Probes/Hang was not answered within 0.05 s: probes:hang \(.*probes.py:\d+\) has not returned"
        with pytest.raises(TimeoutError, match=text):
            client.call(probes.hang, b"bounded", within=0.05)


def test_a_wait_that_was_given_up_loses_nothing() -> None:
    """What comes after it is received by the next."""
    with Client(talk) as client, client.stream(talk, within=0.05) as call:
        with pytest.raises(TimeoutError):
            call.receive()
        call.send(b"one")
        assert call.receive() == b"ONE"


def test_a_loop_that_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names what holds it."""
    RELEASE.clear()
    monkeypatch.setattr("spikard.grpc.testing._background._CLOSES_WITHIN", 0.05)
    with Client(held) as client:
        with pytest.raises(TimeoutError, match=r"the event loop of the test client is held by .*:held at .*:\d+"):
            client.call(held, within=0.05)
        RELEASE.set()
        monkeypatch.undo()


def test_the_deadline_of_a_stream() -> None:
    """As a client's on the wire."""
    with Client(deaf) as client, client.stream(deaf, timeout=0.05) as call:
        with pytest.raises(GrpcError, match="DEADLINE_EXCEEDED") as raised:
            call.receive()
        assert isinstance(raised.value, TimeoutError)


def test_methods_of_every_kind() -> None:
    """Those that buffer, too: they answer after the half-close."""
    with Client("probes") as client:
        with client.stream(probes.join) as call:
            call.send(b"a")
            call.send(b"b")
            call.done_writing()
            assert call.receive() == b"ab"
        with client.stream("/probes.Probes/Nothing") as call, pytest.raises(NotImplementedError):
            call.receive()
        with pytest.raises(ValueError, match="names none of the methods"):
            client.stream("Nothing")


def test_an_upload_that_is_given_up_is_none() -> None:
    """A call that is cancelled before its half-close never runs."""

    @grpc_stream(service="calls.Calls")
    async def count(request: GrpcClientStreamRequest) -> GrpcResponse:
        SEEN["ran"] += 1
        return GrpcResponse()

    SEEN.clear()
    with Client(count) as client:
        for _ in range(50):
            with client.stream(count) as call:
                call.send(b"a")
        client.call(count, [b"a"])
    assert SEEN["ran"] == 1


def test_typed_messages() -> None:
    """Of a servicer, found by its own method."""
    greeter = grpcio_examples.Greeter()
    with Client(servicer(greeter)) as client:
        reply = client.call(greeter.SayHello, helloworld_pb2.HelloRequest(name="you"))
        assert reply.payload == helloworld_pb2.HelloReply(message="Hello, you!")
        with client.stream(greeter.SayHelloBidiStream) as call:
            call.send(helloworld_pb2.HelloRequest(name="one"))
            assert call.receive().message == "Hello, one!"


@pytest.fixture
def spikard_options() -> dict[str, Any]:
    return {"max_messages": 2}


def test_the_fixtures(
    spikard_server: Callable[..., TestServer],
    spikard_client: Callable[..., Client],
    spikard_async_client: Callable[..., AsyncClient],
) -> None:
    """They start with the options of the tests; what a test gives comes before."""
    assert spikard_server("probes").port
    with pytest.raises(MemoryError, match="max_messages = 2"):
        spikard_client(probes.reverse).call(probes.reverse, [b""] * 3)
    assert spikard_client(probes.reverse, max_messages=3).call(probes.reverse, [b""] * 3).messages == [b""] * 3

    async def test() -> None:
        async with spikard_async_client(probes.reverse) as client:
            with pytest.raises(MemoryError, match="max_messages = 2"):
                await client.call(probes.reverse, [b""] * 3)

    asyncio.run(test())
