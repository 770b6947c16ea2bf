"""Client streaming that is not buffered: the handler reads while the client sends, and may answer first."""

import queue
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uploads
from clients import Call
from google.protobuf.wrappers_pb2 import Int64Value, StringValue
from processes import WAIT, Served, serving
from wire import grpc

from spikard.grpc import AnyRequest, AnyResponse, GrpcDuplexRequest, GrpcError, GrpcResponse, Kind, Next, grpc_stream
from spikard.grpc._declaration import declared
from spikard.grpc.testing import Client

SERVICE = "/uploads.Uploads/"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The handlers that read."""
    with serving("uploads") as served:
        yield served


def until_seen(channel: Any, what: str) -> None:
    """Wait until the handlers have seen it."""
    seen = channel.unary_unary(f"{SERVICE}Seen")
    last = time.monotonic() + WAIT
    while int(seen(what.encode(), timeout=WAIT)) == 0:
        assert time.monotonic() < last, f"{what} was not seen"


@pytest.mark.parametrize("name", ["FirstTwo", "FirstTwoHere"])
def test_the_answer_may_come_before_the_half_close(served: Served, name: str) -> None:
    """The client's iterator has not ended when the response is there."""
    messages: queue.Queue[bytes | None] = queue.Queue()
    for message in (b"one", b"two"):
        messages.put(message)
    with grpc.insecure_channel(served.address) as channel:
        method = channel.stream_unary(f"{SERVICE}{name}")
        response, call = method.with_call(iter(messages.get, None), timeout=WAIT)
        assert response == b"one two"
        assert ("x-initial", "yes") in call.initial_metadata()
        assert ("x-trailing", "yes") in call.trailing_metadata()
        messages.put(None)


@pytest.mark.parametrize("name", ["CountBytes", "CountBytesHere", "CountLater"])
@pytest.mark.parametrize("count", [0, 1, 5000])
def test_every_message_is_read_in_order(served: Served, call: Call, name: str, count: int) -> None:
    """The end is that of the client."""
    messages = [b"x" * (index % 100) for index in range(count)]
    answer = call(served.address, f"{SERVICE}{name}", "stream_unary", messages)
    assert (answer.code, answer.text) == ("OK", "")
    longest = max(map(len, messages), default=0)
    assert answer.messages == [f"{sum(map(len, messages))} {longest}".encode()]


def test_messages_are_decoded(served: Served, call: Call) -> None:
    """As the annotation says."""
    messages = [StringValue(value=word).SerializeToString() for word in ("one", "three")]
    answer = call(served.address, f"{SERVICE}AddUp", "stream_unary", messages)
    assert [Int64Value.FromString(message).value for message in answer.messages] == [8]
    answer = call(served.address, f"{SERVICE}AddUp", "stream_unary", [messages[0], b"\xff"])
    assert answer.code == "INVALID_ARGUMENT"
    assert "message 1 of the stream is not a valid" in answer.text


@pytest.mark.parametrize("name", ["Wait", "WaitHere"])
@pytest.mark.parametrize("end", ["cancel", "deadline"])
def test_a_client_that_breaks_off_cancels_the_handler(name: str, end: str) -> None:
    """It never takes the end of the call for a half-close."""
    uploaded, stopped = threading.Event(), threading.Event()

    def messages() -> Iterator[bytes]:
        yield b"one"
        uploaded.set()
        stopped.wait(WAIT)

    with serving("uploads") as server, grpc.insecure_channel(server.address) as channel:
        method = channel.stream_unary(f"{SERVICE}{name}")
        # A deadline that passes before the server has the call would be another test.
        future = method.future(messages(), timeout=None if end == "cancel" else 3)
        until_seen(channel, "messages")
        if end == "cancel":
            future.cancel()
        else:
            with pytest.raises(grpc.RpcError) as failure:
                future.result()
            assert failure.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        until_seen(channel, "CancelledError")
        stopped.set()
        assert channel.unary_unary(f"{SERVICE}Seen")(b"half-closed") == b"0"


@pytest.mark.parametrize("end", ["answered", "cancelled"])
def test_a_task_that_reads_on_is_told_that_the_call_has_ended(end: str) -> None:
    """It does not wait for ever."""
    stopped = threading.Event()

    def messages() -> Iterator[bytes]:
        yield b"one"
        stopped.wait(WAIT)

    with serving("uploads") as server, grpc.insecure_channel(server.address) as channel:
        method = channel.stream_unary(f"{SERVICE}LeaveAReader")
        if end == "answered":
            assert method(messages(), timeout=WAIT) == b"done"
        else:
            future = method.future(messages(), metadata=[("x-never", "")])
            until_seen(channel, "reader waits")
            future.cancel()
        until_seen(channel, "CANCELLED")
        stopped.set()


def test_what_is_no_response_is_said(served: Served, call: Call) -> None:
    """In the log, with what was expected."""
    answer = call(served.address, f"{SERVICE}Wrong", "stream_unary", [b"one"])
    assert answer.code == "INTERNAL"
    served.err.wait_for("expected a GrpcResponse")


def test_inside_the_process() -> None:
    """The test client sends all messages."""
    with Client("uploads") as client:
        assert client.call(uploads.count_bytes, [b"one", b"three"]).payload == b"8 5"
        response = client.call(uploads.add_up, [StringValue(value="one")])
        assert response.payload == Int64Value(value=3)
        with pytest.raises(GrpcError, match="message 0 of the stream is not a valid"):
            client.call("AddUp", [b"\xff"])
        with pytest.raises(GrpcError, match="StopAsyncIteration"):
            client.call(uploads.first_two, [b"one"])


@pytest.mark.parametrize("name", ["CountBytes", "CountBytesHere"])
def test_message_by_message_inside_the_process(name: str) -> None:
    """A test sends while the handler reads."""
    with Client("uploads") as client, client.stream(name) as call:
        call.send(b"one")
        call.send(b"three")
        call.done_writing()
        assert list(call) == [b"8 5"]


@pytest.mark.parametrize("handler", [uploads.count_bytes, uploads.count_bytes_here])
def test_middleware_is_around_them(handler: Any) -> None:
    """It sees the request before the first message is read, and changes the response."""

    async def add(request: AnyRequest, call_next: Next) -> AnyResponse:
        response = await call_next(request)
        response.trailers["x-method"] = request.method_name
        return response

    with Client("uploads", middleware=[add]) as client:
        response: Any = client.call(handler, [b"one"])
        assert response.payload == b"3 3"
        assert response.trailers["x-method"].startswith("CountBytes")


def test_a_lifespan_gives_them_its_state() -> None:
    """As to other requests."""

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[bytes]:
        yield b"state"

    @grpc_stream(service="uploads.State")
    async def on_loop(request: GrpcDuplexRequest[bytes, bytes]) -> GrpcResponse:
        return GrpcResponse(request.state + await anext(request.messages))

    @grpc_stream(service="uploads.State")
    def in_thread(request: GrpcDuplexRequest[bytes, bytes]) -> GrpcResponse:
        return GrpcResponse(request.state + next(request.messages))

    with Client(on_loop, in_thread, lifespan=lifespan) as client:
        for handler in (on_loop, in_thread):
            assert client.call(handler, [b" one"]).payload == b"state one"


@pytest.mark.parametrize("name", ["Compressed", "CompressedHere"])
def test_which_messages_were_compressed(served: Served, name: str) -> None:
    """It is known while the message that was read last is."""
    with grpc.insecure_channel(served.address, compression=grpc.Compression.Gzip) as channel:
        method = channel.stream_unary(f"{SERVICE}{name}")
        # grpcio leaves a message as it is that compression makes no smaller.
        assert method(iter([b"a" * 100, b"b", b"c" * 100]), timeout=WAIT) == b"yes no yes"


@pytest.mark.asyncio
async def test_as_a_function() -> None:
    """A test passes a list."""
    response = await uploads.count_bytes(GrpcDuplexRequest([b"one", b"two"]))
    assert response.payload == b"6 3"


def test_the_kind() -> None:
    """From the annotations, or given."""
    declaration = declared(uploads.count_bytes)
    assert declaration is not None
    assert (declaration.kind, declaration.streams) == (Kind.UNBUFFERED_CLIENT_STREAMING, False)
    assert str(declaration.kind) == "unbuffered client streaming"

    async def upload(request):  # type: ignore[no-untyped-def]
        ...

    stream: Any = grpc_stream
    given = declared(stream(service="shop.Shop", kind="unbuffered_client_streaming")(upload))
    assert given is not None
    assert given.kind is Kind.UNBUFFERED_CLIENT_STREAMING
