"""Middleware: around all handlers of a server, of a service, around one; on the loop and in threads."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import around
import pytest
from clients import Call, Kind
from processes import WAIT, Served, serving
from wire import grpc

from spikard.grpc import (
    AnyRequest,
    AnyResponse,
    DefNext,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    Middleware,
    Next,
    grpc_stream,
)
from spikard.grpc.testing import Client

MIDDLEWARE = ("--middleware", "around:authenticate", "--middleware", "around:count")
USER = [("x-user", "ann")]


@pytest.fixture(scope="module")
def served() -> Any:
    """The application, with its middleware around all handlers."""
    with serving("around", *MIDDLEWARE, "--lifespan", "around:resources") as served:
        yield served


@pytest.mark.parametrize(
    ("method", "kind", "messages", "answered"),
    [
        ("Get", "unary_unary", [b""], [b"ann around.Around/Get"]),
        ("GetInThread", "unary_unary", [b""], [b"ann around.Around/GetInThread True"]),
        ("Total", "stream_unary", [b"a", b"b"], [b"ab"]),
        ("Pairs", "stream_stream", [b"a", b"b"], [b"a", b"b"]),
        ("Listed", "unary_stream", [b""], [b"a", b"b"]),
        ("CountUp", "unary_stream", [b""], [b"1:0", b"2:1", b"3:2"]),
        ("Talk", "stream_stream", [b"a", b"b"], [b"1:a", b"2:b"]),
    ],
)
def test_every_kind(
    served: Served, call: Call, method: str, kind: Kind, messages: list[bytes], answered: list[bytes]
) -> None:
    """It sees the request, and changes metadata, trailers and streams."""
    answer = call(served.address, f"/around.Around/{method}", kind, messages, USER)
    assert (answer.code, answer.messages) == ("OK", answered)
    own = [("x-own", "1")] if method in {"CountUp", "Talk"} else []
    assert sorted(answer.metadata) == sorted([("x-auth", "ann"), *own])
    assert answer.trailers == [("x-count", "counted")]


@pytest.mark.parametrize(
    ("method", "kind"),
    [("Get", "unary_unary"), ("GetInThread", "unary_unary"), ("CountUp", "unary_stream"), ("Talk", "stream_stream")],
)
def test_it_refuses(served: Served, call: Call, method: str, kind: Kind) -> None:
    """The handler does not run, and the status has its metadata."""
    answer = call(served.address, f"/around.Around/{method}", kind, [b""], [("x-user", "nobody")])
    assert (answer.code, answer.text) == ("UNAUTHENTICATED", "who are you?")
    assert [*answer.metadata, *answer.trailers] == [("x-realm", "around")]


@pytest.mark.parametrize("method", ["Get", "GetInThread", "Fail"])
def test_it_answers_by_itself(served: Served, call: Call, method: str) -> None:
    """Without the handler."""
    answer = call(served.address, f"/around.Around/{method}", "unary_unary", [b""], [("x-user", "cached")])
    assert answer.messages == [b"from the cache"]


def appending(name: str) -> Middleware:
    """Middleware that says when it comes."""

    async def append(request: AnyRequest, call_next: Next) -> AnyResponse:
        request.metadata["x-order"] = request.metadata.get("x-order", "") + f" {name}"
        return await call_next(request)

    return append


def test_a_service_and_a_handler_have_their_own() -> None:
    """The server's is outermost, then the instance's, then the handler's."""

    class Orders:
        middleware = (appending("instance"), appending("instance again"))

        @grpc_stream(service="middleware.Test", middleware=[appending("handler")])
        async def get(self, request: GrpcRequest) -> GrpcResponse:
            return GrpcResponse(request.metadata["x-order"].encode())

    orders = Orders()
    with Client(orders, middleware=[appending("server"), appending("server again")]) as client:
        assert client.call(orders.get).payload == b" server server again instance instance again handler"

    @grpc_stream(service="middleware.Test", middleware=[appending("class")])
    class Whole(Orders):
        @grpc_stream(service="middleware.Test", middleware=[appending("method")])
        async def put(self, request: GrpcRequest) -> GrpcResponse:
            return GrpcResponse(request.metadata["x-order"].encode())

        async def find(self, request: GrpcRequest) -> GrpcResponse:
            return GrpcResponse(request.metadata["x-order"].encode())

    whole = Whole()
    with Client(whole) as client:
        assert client.call(whole.put).payload == b" instance instance again class method"
        assert client.call(whole.find).payload == b" instance instance again class"
        assert client.call(whole.get).payload == b" instance instance again handler"
    with Client(around.ordered) as client:
        response = client.call(around.ordered.get, metadata={"x-user": "ann"})
        assert (response.payload, response.metadata["x-order"]) == (b"ann", "handler,method")


def test_def_middleware_runs_in_the_thread_of_its_handler() -> None:
    """Alone, and within one that is async."""
    with Client(around.get_in_thread, middleware=[around.threaded]) as client:
        assert client.call(around.get_in_thread).metadata == {"x-thread": "True"}
    mixed: list[Middleware] = [around.authenticate, around.threaded]
    for order in (mixed, mixed[::-1]):
        with Client(around.get_in_thread, middleware=order) as client:
            response = client.call(around.get_in_thread, metadata={"x-user": "ann"})
        assert response.payload == b"ann around.Around/GetInThread True"
        assert response.metadata == {"x-thread": "True", "x-auth": "ann"}


def test_many_calls_of_few_threads() -> None:
    """Async middleware around `def` handlers takes no thread but that of its call."""
    with serving("around", *MIDDLEWARE, "--threads", "2") as served:
        with grpc.insecure_channel(served.address) as channel:
            get = channel.unary_unary("/around.Around/GetInThread")
            calls = [get.future(b"", timeout=WAIT, metadata=USER) for _ in range(50)]
            assert {call.result() for call in calls} == {b"ann around.Around/GetInThread True"}


def test_async_middleware_of_a_thread_is_cancelled_with_its_call() -> None:
    """And its thread is free for the next one."""
    seen: list[str] = []

    async def slow(request: AnyRequest, call_next: Next) -> AnyResponse:
        if request.metadata.get("x-slow"):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                seen.append(str(request.call.cancelled_by))
                raise
        return await call_next(request)

    with Client(around.get_in_thread, middleware=[slow], threads=1) as client:
        with pytest.raises(GrpcError, match="DEADLINE_EXCEEDED"):
            client.call(around.get_in_thread, metadata={"x-slow": "1"}, timeout=0.05)
        assert client.call(around.get_in_thread).payload == b"nobody None True"
    assert seen == ["deadline"]


def test_it_sees_what_the_handler_raises() -> None:
    """The exception itself; it may raise another, or answer."""

    @grpc_stream(service="middleware.Test")
    async def fail(request: GrpcRequest) -> GrpcResponse:
        raise LookupError(request.payload.decode())

    @grpc_stream(service="middleware.Test")
    def fail_in_thread(request: GrpcRequest) -> GrpcResponse:
        raise StopIteration(request.payload.decode())

    async def catch(request: AnyRequest, call_next: Next) -> AnyResponse:
        try:
            return await call_next(request)
        except LookupError as error:
            raise GrpcError("NOT_FOUND", f"none: {error.args[0]}") from error
        except StopIteration as error:
            return GrpcResponse(f"caught {error}".encode())

    with Client(fail, fail_in_thread, middleware=[catch]) as client:
        with pytest.raises(GrpcError, match="NOT_FOUND: none: 7"):
            client.call(fail, b"7")
        # A coroutine cannot raise it, and a future cannot hold it.
        with pytest.raises(GrpcError, match="INTERNAL"):
            client.call(fail_in_thread, b"8")


def test_it_may_call_again_and_with_another_request() -> None:
    """A new request has the state of the lifespan all the same."""

    @grpc_stream(service="middleware.Test")
    async def get(request: GrpcRequest[bytes, Any]) -> GrpcResponse:
        if request.payload == b"":
            raise LookupError
        return GrpcResponse(f"{request.payload.decode()} {type(request.state).__name__}".encode())

    async def again(request: AnyRequest, call_next: Next) -> AnyResponse:
        try:
            return await call_next(request)
        except LookupError:
            return await call_next(GrpcRequest(b"second", metadata=request.metadata, call=request.call))

    with Client(get, middleware=[again], lifespan=around.resources) as client:
        assert client.call(get).payload == b"second State"


def test_messages_are_decoded_before_it() -> None:
    """It sees what the handler sees, and gives what the handler gives."""
    from google.protobuf.wrappers_pb2 import Int64Value, StringValue

    seen: list[Any] = []

    @grpc_stream(service="middleware.Test")
    async def add(request: GrpcClientStreamRequest[Int64Value]) -> GrpcResponse[StringValue]:
        return GrpcResponse(StringValue(value=str(sum(item.value for item in request.messages))))

    @grpc_stream(service="middleware.Test")
    def add_in_thread(request: GrpcClientStreamRequest[Int64Value]) -> GrpcResponse[StringValue]:
        return GrpcResponse(StringValue(value=str(sum(item.value for item in request.messages))))

    async def look(request: AnyRequest, call_next: Next) -> AnyResponse:
        assert isinstance(request, GrpcClientStreamRequest)
        seen.append([item.value for item in request.messages])
        response = await call_next(request)
        assert isinstance(response, GrpcResponse)
        response.payload = StringValue(value=response.payload.value + "!")
        return response

    with Client(add, add_in_thread, middleware=[look]) as client:
        for method in (add, add_in_thread):
            assert client.call(method, [Int64Value(value=3), Int64Value(value=4)]).payload.value == "7!"
    assert seen == [[3, 4], [3, 4]]


def test_it_may_take_fewer_kinds_of_requests() -> None:
    """Type checkers let it, where its service has no others."""

    async def upper(request: GrpcDuplexRequest, call_next: Next) -> AnyResponse:
        async def uppered() -> AsyncIterator[bytes]:
            async for message in messages:
                yield message.upper()

        messages = request.messages
        return await call_next(GrpcDuplexRequest(uppered(), metadata=request.metadata, call=request.call))

    with Client(around.talk, middleware=[upper]) as client:
        assert client.call(around.talk, [b"a", b"b"]).messages == [b"A", b"B"]


def test_a_callable_object_is_middleware() -> None:
    """Such as one with settings."""

    class Limit:
        def __init__(self, most: int) -> None:
            self.most = most

        async def __call__(self, request: AnyRequest, call_next: Next) -> AnyResponse:
            if len(request.metadata) > self.most:
                raise GrpcError("RESOURCE_EXHAUSTED", "too much metadata")
            return await call_next(request)

    class DefLimit(Limit):
        def __call__(self, request: AnyRequest, call_next: DefNext) -> AnyResponse:  # type: ignore[override]
            return call_next(request)

    with Client(around.get, middleware=[Limit(0)]) as client, pytest.raises(MemoryError, match="too much metadata"):
        client.call(around.get, metadata={"x-user": "ann"})
    with Client(around.get_in_thread, middleware=[DefLimit(0)]) as client:
        assert client.call(around.get_in_thread).payload == b"nobody None True"


def test_nothing_is_added_where_there_is_none() -> None:
    """The handler that runs is the function itself."""
    with Client(around.get, around.get_in_thread) as client:
        handlers = client._client._handlers
        assert [handler.function for handler in handlers] == [around.get, around.get_in_thread]
        assert {type(handler).__name__ for handler in handlers} == {"Handler"}
