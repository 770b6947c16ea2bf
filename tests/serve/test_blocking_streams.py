"""Streams of `def` handlers, which run in threads."""

import queue
import time
from collections.abc import Callable, Iterator
from typing import Any

import blocking
import pytest
from blocking import ENDED, GATE, MADE
from clients import Call
from processes import WAIT
from wire import grpc

from spikard.grpc import GrpcDuplexRequest, GrpcError, GrpcRequest
from spikard.grpc.testing import Client, TestServer, serving

SERVICE = "/blocking.Blocking/"


@pytest.fixture(scope="module")
def server() -> Iterator[TestServer]:
    # One thread: a handler that keeps it is seen at once.
    with serving(blocking, threads=1) as server:
        yield server


@pytest.fixture
def channel(server: TestServer) -> Iterator[Any]:
    with grpc.insecure_channel(server.address) as channel:
        yield channel
        # Whatever the test has done, the thread is free.
        assert channel.unary_unary(SERVICE + "Thread")(b"", timeout=WAIT) == b"free"


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_handler_is_called_as_a_function() -> None:
    """As all handlers are in tests."""
    assert list(blocking.count(GrpcRequest(b"3"))) == [b"0", b"1", b"2"]
    assert list(blocking.talk(GrpcDuplexRequest([b"a", b"b"]))) == [b"A", b"B", b"end"]


def test_a_stream(server: TestServer, call: Call) -> None:
    """In order, with metadata and trailers, from a thread."""
    answer = call(server.address, SERVICE + "Count", "unary_stream", [b"1000"])
    assert answer.messages == [str(number).encode() for number in range(1000)]
    assert answer.metadata == [("x-thread", "spikard-def")]
    assert answer.trailers == [("x-count", "1000")]


def test_messages_go_when_they_are_yielded(channel: Any) -> None:
    """The first is there while the handler waits for something else."""
    GATE.clear()
    answers = channel.unary_stream(SERVICE + "Gated")(b"", timeout=WAIT)
    assert next(answers) == b"first"
    GATE.set()
    assert list(answers) == [b"second"]


def test_a_dialogue(channel: Any) -> None:
    """Each answer before the next message."""
    sent: queue.Queue[Any] = queue.Queue()
    answers = channel.stream_stream(SERVICE + "Talk")(iter(sent.get, None), timeout=WAIT)
    for message in (b"a", b"b", b"c"):
        sent.put(message)
        assert next(answers) == message.upper()
    sent.put(None)
    assert list(answers) == [b"end"]


def test_many_messages_both_ways(server: TestServer, call: Call) -> None:
    """More than any buffer has room for."""
    messages = [bytes([number % 256]) * 3000 for number in range(2000)]
    answer = call(server.address, SERVICE + "Talk", "stream_stream", messages)
    assert answer.messages == [*(message.upper() for message in messages), b"end"]


def test_what_is_returned_instead_of_yielded(server: TestServer, call: Call) -> None:
    """An iterator, and a response with one, whose metadata depend on the client's messages."""
    assert call(server.address, SERVICE + "Listed", "stream_stream", [b"b", b"a"]).messages == [b"a", b"b"]
    answer = call(server.address, SERVICE + "Whole", "stream_stream", [b"one", b"a", b"b"])
    assert answer.messages == [b"aa", b"bb"]
    assert answer.metadata == [("x-first", "one")]


def test_what_begins_in_a_thread_and_goes_on_elsewhere(server: TestServer, call: Call) -> None:
    """No message is lost on the way."""
    messages = [str(number).encode() for number in range(1000)]
    assert call(server.address, SERVICE + "HandedOver", "stream_stream", messages).messages == messages
    assert call(server.address, SERVICE + "Awaited", "stream_stream", messages).messages == messages


def test_nothing_is_returned(caplog: pytest.LogCaptureFixture) -> None:
    """The log says what to write."""
    with Client(blocking) as client, pytest.raises(GrpcError, match="the handler's answer cannot be sent"):
        client.call(blocking.nothing)
    assert "blocking:nothing: returned None, expected a GrpcDuplexResponse; yield the messages" in caplog.text


@pytest.mark.parametrize(
    ("payload", "code", "text"),
    [
        (b"GrpcError", "NOT_FOUND", "no more"),
        (b"ValueError", "INVALID_ARGUMENT", "no"),
        (b"yields", "INTERNAL", "the handler's answer cannot be sent; the server's log says why"),
    ],
)
def test_failures_come_after_the_messages(server: TestServer, call: Call, payload: bytes, code: str, text: str) -> None:
    """With the trailers that were set."""
    answer = call(server.address, SERVICE + "Fail", "unary_stream", [payload])
    assert (answer.code, answer.text, answer.messages) == (code, text, [b"one"])
    assert answer.trailers == ([("x-trailer", "1")] if code != "INTERNAL" else [])


def test_a_client_that_does_not_read_holds_the_handler_back(channel: Any) -> None:
    """It is never further ahead than the buffers on the way, 16 MiB at most."""
    answers = channel.unary_stream(SERVICE + "Endless")(b"held", timeout=WAIT)
    next(answers)
    before = -1
    while MADE["held"] != before:  # nothing but a change would say that it goes on
        before = MADE["held"]
        assert before * 10_000 < 17 << 20
        time.sleep(0.1)
    for _ in range(before + 1):  # it goes on when the client does
        next(answers)
    answers.cancel()
    until(lambda: "held: GeneratorExit" in ENDED)


@pytest.mark.parametrize("end", ["cancel", "deadline"])
def test_a_thread_that_waits_for_room_comes_free(channel: Any, end: str) -> None:
    """The generator is closed at its `yield`."""
    answers = channel.unary_stream(SERVICE + "Endless")(end.encode(), timeout=WAIT if end == "cancel" else 1)
    next(answers)
    if end == "cancel":
        answers.cancel()
    until(lambda: f"{end}: GeneratorExit" in ENDED)


@pytest.mark.parametrize("end", ["cancel", "deadline"])
def test_a_thread_that_waits_for_a_message_comes_free(channel: Any, end: str) -> None:
    """The handler gets `CancelledError` where it reads."""
    sent: queue.Queue[Any] = queue.Queue()
    name = f"read-{end}"
    sent.put(name.encode())
    call = channel.stream_stream(SERVICE + "Waiting")
    answers = call(iter(sent.get, None), timeout=WAIT if end == "cancel" else 1)
    assert next(answers) == name.encode()
    if end == "cancel":
        answers.cancel()
    until(lambda: f"{name}: CancelledError" in ENDED)
    sent.put(None)


def test_a_server_that_stops_does_not_wait_for_a_thread() -> None:
    """At the end of the grace period."""
    sent: queue.Queue[Any] = queue.Queue()
    sent.put(b"stopped")
    with serving(blocking, grace=0.2) as server, grpc.insecure_channel(server.address) as channel:
        answers = channel.stream_stream(SERVICE + "Waiting")(iter(sent.get, None), timeout=WAIT)
        assert next(answers) == b"stopped"
    until(lambda: "stopped: CancelledError" in ENDED)
    sent.put(None)


def test_a_client_that_is_closed_does_not_wait_for_a_thread() -> None:
    """Nor is it an error that the log has to tell."""
    with Client(blocking) as client:
        call = client.stream(blocking.waiting)
        call.__enter__()
        call.send(b"closed")
        assert call.receive() == b"closed"
    until(lambda: "closed: CancelledError" in ENDED)


def test_typed_messages(server: TestServer, call: Call) -> None:
    """Decoded and encoded; one that cannot be is raised in its place."""
    messages = [b"\x10\x03", b"\x10\x04", b"\xff"]  # value = 3, value = 4, and none
    answer = call(server.address, SERVICE + "Typed", "stream_stream", messages)
    assert answer.messages == [b"\x08\x03", b"\x08\x07"]
    assert answer.code == "INVALID_ARGUMENT"
    assert "message 2 of the stream is not a valid orders.Item" in answer.text
