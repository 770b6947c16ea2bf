"""The client inside the process."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import probes
import pytest
from google.protobuf import descriptor_pb2
from wire import grpc

from spikard.grpc import (
    GrpcBidiStreamResponse,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    Metadata,
    StatusCode,
    grpc_stream,
)
from spikard.grpc.testing import AsyncClient, Client, ResourceExhaustedError, TestServer, serving


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ("one", "message 0 of the call must be bytes, not str: add .encode()"),
        ([b"one", 2], "message 1 of the call must be bytes, not int"),
        (descriptor_pb2.FileDescriptorSet(), "not FileDescriptorSet: add .SerializeToString()"),
    ],
)
def test_messages_that_are_none(messages: Any, text: str) -> None:
    """Said in the words of the handlers' types."""
    with Client("probes") as client, pytest.raises(TypeError, match=re.escape(text)):
        client.call("Echo", messages)


@grpc_stream(service="duplex.Duplex")
async def wrongly_read(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Forget the `async`."""
    for message in request.messages:
        yield message


def test_messages_that_are_still_to_come_are_no_list(caplog: pytest.LogCaptureFixture) -> None:
    """The log says what to write."""
    with Client(wrongly_read) as client, pytest.raises(GrpcError):
        client.call(wrongly_read, [b"one"])
    assert "write async for message in" in caplog.text


def test_every_kind() -> None:
    """The response is of the handler's type."""
    with Client("probes") as client:
        assert client.call(probes.echo, b"one") == GrpcResponse(b"one")
        assert client.call(probes.times, b"2") == GrpcServerStreamResponse([b"0", b"1"])
        assert client.call(probes.count, b"2") == GrpcServerStreamResponse([b"0", b"1"])
        assert client.call(probes.talk, [b"a", b"b"]) == GrpcBidiStreamResponse([b"A", b"B"])
        assert client.call(probes.join, [b"a", b"b"]) == GrpcResponse(b"ab")
        assert client.call(probes.join) == GrpcResponse(b"")
        assert client.call(probes.reverse, [b"a", b"b"]) == GrpcBidiStreamResponse([b"b", b"a"])


def test_methods_by_name() -> None:
    """A method by its path, or by its name alone."""
    with Client("probes") as client:
        assert client.call("/probes.Probes/Echo", b"one").payload == b"one"
        assert client.call("probes.Probes/Echo", b"one").payload == b"one"
        assert client.call("Echo", b"one").payload == b"one"
        with pytest.raises(GrpcError, match=r"UNIMPLEMENTED: this server has no method /probes.Probes/Nothing"):
            client.call("/probes.Probes/Nothing")
        with pytest.raises(ValueError, match='"Nothing" names none of the methods'):
            client.call("Nothing")
    with Client(probes.echo) as client, pytest.raises(ValueError, match=r"it has /probes.Probes/Echo"):
        client.call(probes.join, [])


def test_metadata() -> None:
    """There and back, as metadata and as trailers."""
    sent = [("x-tag", "a"), ("x-tag", "b"), ("x-raw-bin", b"\x00\xff")]
    with Client(probes.echo) as client:
        response = client.call(probes.echo, metadata=sent)
    assert response.metadata.pairs() == sent
    assert response.trailers.pairs() == sent


@pytest.mark.parametrize(("handler", "thread"), [(probes.fail, False), (probes.fail_in_thread, True)])
def test_errors_are_those_of_the_wire(handler: Callable[..., GrpcResponse], thread: bool) -> None:
    """A status is a `GrpcError`, with its metadata."""
    with Client(handler) as client:
        with pytest.raises(GrpcError) as raised:
            client.call(handler, b"GrpcError")
        assert (raised.value.code, raised.value.message) == (StatusCode.NOT_FOUND, "no record 7 東京")
        assert raised.value.metadata["x-record"] == "7"
        with pytest.raises(MemoryError, match="that much"):
            client.call(handler, b"MemoryError")
        with pytest.raises(GrpcError) as raised:
            client.call(handler, b"BrokenError")
        assert (raised.value.code, raised.value.message) == (StatusCode.INTERNAL, "BrokenError")


@grpc_stream(service="noted.Noted")
async def noted(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Fail, with trailers that no header can hold."""
    trailers = Metadata()
    dict.__setitem__(trailers, "x-note", "é")  # as of a client that sends what gRPC does not allow
    request.call.set_trailers(trailers)
    if not request.payload:
        raise GrpcError(StatusCode.NOT_FOUND, "no record 7", metadata={"x-record": "7"})
    yield request.payload


def test_trailers_that_cannot_be_sent_do_not_hide_the_status(caplog: pytest.LogCaptureFixture) -> None:
    """The log says what is wrong with them."""
    with Client(noted) as client, pytest.raises(GrpcError) as raised:
        client.call(noted)
    assert (raised.value.code, raised.value.message) == (StatusCode.NOT_FOUND, "no record 7")
    assert raised.value.metadata["x-record"] == "7"
    assert 'its GrpcError is sent without metadata: the value of the metadata "x-note" cannot be sent' in caplog.text


@pytest.mark.parametrize(
    ("limits", "messages", "text"),
    [
        ({"max_messages": 2}, [b"x"] * 3, "max_messages = 2"),
        ({"max_message_bytes": "2B"}, [b"xxx"], "max_message_bytes = 2"),
        ({"max_stream_bytes": 4}, [b"xx"] * 3, "max_stream_bytes = 4"),
        ({"max_buffered_bytes": 64}, [b"x" * 65], "max_buffered_bytes = 64"),
    ],
)
def test_limits(limits: dict[str, Any], messages: list[bytes], text: str) -> None:
    """A limit is a `MemoryError`, and a `GrpcError` all the same."""
    with Client(probes.reverse, **limits) as client:
        with pytest.raises(ResourceExhaustedError, match=text) as raised:
            client.call(probes.reverse, messages)
        assert isinstance(raised.value, MemoryError)
        assert isinstance(raised.value, GrpcError)


def test_a_method_has_limits_of_its_own() -> None:
    """They go before those of the client."""
    with Client(probes.join, max_messages=100) as client, pytest.raises(MemoryError, match="max_messages = 5"):
        client.call(probes.join, [b""] * 6)


def test_deadline() -> None:
    """The time that is left reaches the handler, and its end cancels it."""
    with Client("probes") as client:
        assert 0 < int(bytes(client.call(probes.deadline, timeout="20s").payload)) <= 20_000
        assert client.call(probes.deadline).payload == b"none"
        with pytest.raises(GrpcError, match="DEADLINE_EXCEEDED"):
            client.call(probes.hang, b"in-process", timeout=0.05)
        with pytest.raises(GrpcError, match="DEADLINE_EXCEEDED"):
            client.call(probes.short)


@pytest.mark.asyncio
async def test_cancelling_a_call_cancels_the_handler() -> None:
    """As a client that resets its stream."""
    async with AsyncClient(probes.hang) as client:
        call = asyncio.create_task(client.call(probes.hang, b"given-up"))
        while not probes.RUNS["given-up"]:
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        while not probes.RUNS["given-up-cancelled"]:
            await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_handlers_run_on_the_loop_of_the_test() -> None:
    """What a test has prepared on its loop, a handler can use."""
    async with AsyncClient("probes") as client:
        answers = await asyncio.gather(*(client.call(probes.echo, str(n).encode()) for n in range(500)))
    assert [bytes(answer.payload) for answer in answers] == [str(n).encode() for n in range(500)]


def test_a_client_must_be_started() -> None:
    """A clear error where the `with` was forgotten."""
    with pytest.raises(RuntimeError, match="with Client"):
        Client(probes.echo).call(probes.echo)


def test_a_real_server(spikard_server: Callable[..., TestServer]) -> None:
    """The fixture starts any number of them."""
    first = spikard_server("probes")
    second = spikard_server(probes.echo)
    assert first.port != second.port
    for server in (first, second):
        with grpc.insecure_channel(server.address) as channel:
            assert channel.unary_unary("/probes.Probes/Echo")(b"one") == b"one"


def test_a_real_server_in_a_block() -> None:
    """Without pytest's help."""
    with serving("probes") as server, grpc.insecure_channel(server.address) as channel:
        assert channel.unary_unary("/probes.Probes/Echo")(b"one") == b"one"
