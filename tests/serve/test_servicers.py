"""Classes that were written for grpcio, served by spikard and by grpcio itself: clients see the same."""

import ast
import asyncio
import queue
import re
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpcio_aio_examples
import grpcio_examples
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from grpcio_examples import SEEN, until_seen
from processes import WAIT
from wire import aio, grpc

import helloworld_pb2
import helloworld_pb2_grpc
import route_guide_pb2
import route_guide_pb2_grpc
from spikard.grpc.testing import serving

hello_grpc: Any = helloworld_pb2_grpc  # generated, without types
guide_grpc: Any = route_guide_pb2_grpc


@dataclass
class Served:
    """A server of both services, and its module."""

    module: Any
    address: str
    by_spikard: bool


@contextmanager
def by_grpcio(module: Any) -> Generator[str]:
    """Serve with the server that the classes were written for."""
    if module is grpcio_examples:
        server = grpc.server(futures.ThreadPoolExecutor(8))
        address = started(module, server)
        server.start()
        yield address
        server.stop(0).wait(WAIT)
        return
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(WAIT)

    async def start() -> tuple[Any, str]:
        server = aio.server()
        address = started(module, server)
        await server.start()
        return server, address

    server, address = run(start())
    yield address
    run(server.stop(0))
    loop.call_soon_threadsafe(loop.stop)
    thread.join(WAIT)
    loop.close()


def started(module: Any, server: Any) -> str:
    guide_grpc.add_RouteGuideServicer_to_server(module.RouteGuideServicer(), server)
    hello_grpc.add_GreeterServicer_to_server(module.Greeter(), server)
    return f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"


@pytest.fixture(
    scope="module",
    params=[(module, who) for module in (grpcio_examples, grpcio_aio_examples) for who in ("grpcio", "spikard")],
    ids=lambda param: f"{param[0].__name__}-{param[1]}",
)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    module, who = request.param
    if who == "grpcio":
        with by_grpcio(module) as address:
            yield Served(module, address, by_spikard=False)
        return
    with serving(module) as server:
        yield Served(module, server.address, by_spikard=True)


@pytest.fixture
def greeter(served: Served) -> Iterator[Any]:
    SEEN.clear()
    with grpc.insecure_channel(served.address) as channel:
        yield hello_grpc.GreeterStub(channel)


@pytest.fixture
def guide(served: Served) -> Iterator[Any]:
    with grpc.insecure_channel(served.address) as channel:
        yield guide_grpc.RouteGuideStub(channel)


def hello(name: str) -> helloworld_pb2.HelloRequest:
    return helloworld_pb2.HelloRequest(name=name)


def own(metadata: Any) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in metadata or () if key.startswith("x-")]


def status(error: Any) -> tuple[str, str]:
    return error.code().name, error.details()


# The route guide.


def test_the_route_guide(guide: Any) -> None:
    """All four kinds of RPC."""
    here = route_guide_pb2.Point(latitude=3, longitude=30)
    assert guide.GetFeature(here, timeout=WAIT).name == "feature 3"
    assert guide.GetFeature(route_guide_pb2.Point(latitude=1), timeout=WAIT).name == ""
    area = route_guide_pb2.Rectangle(lo=here, hi=route_guide_pb2.Point(latitude=6, longitude=60))
    assert [feature.name for feature in guide.ListFeatures(area, timeout=WAIT)] == [f"feature {n}" for n in range(3, 7)]
    points = [route_guide_pb2.Point(latitude=n, longitude=n * 10) for n in range(0, 40, 10)]
    summary = guide.RecordRoute(iter(points), timeout=WAIT)
    assert (summary.point_count, summary.feature_count, summary.distance) == (4, 2, 301)
    notes = [route_guide_pb2.RouteNote(location=here, message=f"note {n}") for n in range(3)]
    answers = [note.message for note in guide.RouteChat(iter(notes), timeout=WAIT)]
    assert answers == ["note 0", "note 0", "note 1"]


# The greeter.


def test_hello(greeter: Any) -> None:
    """One message each way."""
    assert greeter.SayHello(hello("you"), timeout=WAIT).message == "Hello, you!"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("abort", ("NOT_FOUND", "nobody of this name")),
        ("swallowed", ("ALREADY_EXISTS", "swallowed")),
        ("code", ("FAILED_PRECONDITION", "not now")),
        ("code and raise", ("DATA_LOSS", "lost")),
    ],
)
def test_statuses(greeter: Any, name: str, expected: tuple[str, str]) -> None:
    """Those of abort, and those that were set."""
    with pytest.raises(grpc.RpcError) as raised:
        greeter.SayHello(hello(name), timeout=WAIT)
    code, text = status(raised.value)
    assert code == expected[0]
    if not (name == "code and raise" and "Unexpected" in text):  # what grpc.aio makes of it
        assert text == expected[1]
    if name == "abort":
        assert own(raised.value.trailing_metadata()) == [("x-why", "because")]
    if name == "swallowed":
        until_seen("swallowed")


def test_a_response_that_is_none(greeter: Any) -> None:
    """The server's own fault."""
    with pytest.raises(grpc.RpcError) as raised:
        greeter.SayHello(hello("nothing"), timeout=WAIT)
    # grpc.aio has UNKNOWN.
    assert raised.value.code().name in {"INTERNAL", "UNKNOWN"}


def test_error_details(greeter: Any) -> None:
    """The rich model, as the example sends and reads it."""
    with pytest.raises(grpc.RpcError) as raised:
        greeter.SayHello(hello("details"), timeout=WAIT)
    found = rpc_status.from_call(raised.value)
    assert found is not None
    assert found.message == "Request limit exceeded."
    failure = error_details_pb2.QuotaFailure()
    assert found.details[0].Unpack(failure)
    assert failure.violations[0].subject == "name: details"


def test_metadata(greeter: Any) -> None:
    """There and back, text and bytes, keys that repeat."""
    sent = (("x-tag", "a"), ("x-tag", "b"), ("x-raw-bin", b"\x00\xff"))
    reply, call = greeter.SayHello.with_call(hello("metadata"), metadata=sent, timeout=WAIT)
    assert sorted(ast.literal_eval(reply.message), key=lambda pair: pair[0]) == sorted(sent, key=lambda pair: pair[0])
    assert own(call.initial_metadata()) == [("x-initial", "1"), ("x-initial-bin", b"\x00\xff")]
    assert own(call.trailing_metadata()) == [("x-trailing", "a"), ("x-trailing", "b"), ("x-raw-bin", b"\x01")]


def test_who_calls_and_until_when(greeter: Any) -> None:
    """The peer, its identity and the deadline."""
    assert re.fullmatch(r"ipv4:127\.0\.0\.1:\d+", greeter.SayHello(hello("peer"), timeout=WAIT).message)
    assert greeter.SayHello(hello("identity"), timeout=WAIT).message == "(None, None, None, False)"
    assert greeter.SayHello(hello("time"), timeout=30).message == "a while"
    assert greeter.SayHello(hello("time")).message == "no end"


def test_compression(greeter: Any) -> None:
    """It changes nothing that a client sees of the messages."""
    assert greeter.SayHello(hello("compressed"), timeout=WAIT).message == "x" * 10_000


def test_callbacks(greeter: Any) -> None:
    """They are called at the end of the call."""
    assert greeter.SayHello(hello("callback"), timeout=WAIT).message == "True True"
    until_seen("called back")


def test_a_server_that_cancels(served: Served, greeter: Any) -> None:
    """The client gets CANCELLED."""
    if served.module is grpcio_aio_examples:
        return  # grpc.aio has no such function
    with pytest.raises(grpc.RpcError) as raised:
        greeter.SayHello(hello("cancel"), timeout=WAIT)
    assert raised.value.code().name == "CANCELLED"


def test_a_stream_of_replies(greeter: Any) -> None:
    """Its initial metadata come before its messages, and its trailers after them."""
    call = greeter.SayHelloStreamReply(hello("one"), timeout=WAIT)
    assert own(call.initial_metadata()) == [("x-search", "one")]
    assert [reply.message for reply in call] == ["one 0", "one 1", "one 2"]
    assert own(call.trailing_metadata()) == [("x-found", "3")]
    until_seen("done one")


def test_a_stream_that_fails(greeter: Any) -> None:
    """After the messages before it, with the trailers that were set."""
    call = greeter.SayHelloStreamReply(hello("fail"), timeout=WAIT)
    replies: list[str] = []

    def noted(reply: Any) -> Any:
        replies.append(reply.message)
        return reply

    with pytest.raises(grpc.RpcError) as raised:
        deque(map(noted, call))
    assert status(raised.value) == ("OUT_OF_RANGE", "no more")
    assert replies == ["fail 0", "fail 1", "fail 2"]
    assert own(raised.value.trailing_metadata()) == [("x-found", "3")]


def test_cancellation(greeter: Any) -> None:
    """The callback stops the work, as in the example."""
    call = greeter.SayHelloStreamReply(hello("endless"), timeout=WAIT)
    for _ in range(3):
        next(call)
    until_seen("waits")
    call.cancel()
    until_seen("done endless")
    until_seen("stopped endless False")


def test_a_stream_of_requests(greeter: Any) -> None:
    """Read to its end."""
    reply, call = greeter.SayHelloStreamRequest.with_call(iter([hello("a"), hello("b")]), timeout=WAIT)
    assert reply.message == "a b"
    assert own(call.trailing_metadata()) == [("x-count", "2")]


def test_requests_are_read_as_they_come(greeter: Any) -> None:
    """Before the half-close; and the response may come before it, too."""
    sent: queue.Queue[Any] = queue.Queue()
    call = greeter.SayHelloStreamRequest.future(iter(sent.get, None), timeout=WAIT)
    sent.put(hello("first"))
    until_seen("read first")
    sent.put(hello("enough"))
    assert call.result(WAIT).message == "first enough"
    sent.put(None)


def test_an_upload_that_is_refused(greeter: Any) -> None:
    """In its midst."""
    sent: queue.Queue[Any] = queue.Queue()
    call = greeter.SayHelloStreamRequest.future(iter(sent.get, None), timeout=WAIT)
    sent.put(hello("abort"))
    error = call.exception(WAIT)
    assert status(error) == ("ABORTED", "refused")
    sent.put(None)


def test_a_dialogue(greeter: Any) -> None:
    """Each reply before the next request."""
    sent: queue.Queue[Any] = queue.Queue()
    call = greeter.SayHelloBidiStream(iter(sent.get, None), timeout=WAIT)
    for name in ("a", "b"):
        sent.put(hello(name))
        assert next(call).message == f"Hello, {name}!"
    sent.put(None)
    assert list(call) == []
