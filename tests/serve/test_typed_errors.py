"""What is not a message of the annotated type, from a client or from a handler."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Any

import pytest
from clients import Call, Kind
from google.rpc import error_details_pb2, status_pb2  # pyright: ignore[reportMissingTypeStubs]
from wire import grpc

from orders_pb2 import Item, Total
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    StatusCode,
    grpc_stream,
    register_codec,
)
from spikard.grpc.testing import Client, TestServer, serving

declared = grpc_stream(service="orders.Orders")
RAN: list[str] = []
BROKEN = b"\x0a\xff"
ITEM = Item(name="tea", value=3)


@declared
async def get(request: GrpcRequest[Item]) -> GrpcResponse[Item]:
    RAN.append("Get")
    return GrpcResponse(request.payload)


@declared
def find_all(request: GrpcRequest[Item]) -> GrpcServerStreamResponse[Item]:
    RAN.append("FindAll")
    return GrpcServerStreamResponse([request.payload])


@declared
async def tail(request: GrpcRequest[Item]) -> AsyncIterator[Total]:
    RAN.append("Tail")
    yield Total(value=request.payload.value)


@declared
async def add_up(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
    RAN.append("AddUp")
    for index, item in enumerate(request.messages):
        if not item.name:
            raise GrpcError.invalid(f"messages[{index}].name", "must not be empty")
    return GrpcResponse(Total(value=len(request.messages)))


@declared
def convert(request: GrpcBidiStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]:
    RAN.append("Convert")
    return GrpcBidiStreamResponse([Total()])


@declared
async def watch(request: GrpcDuplexRequest[Item]) -> AsyncIterator[Total]:
    async for item in request.messages:
        yield Total(names=[item.name])


@declared
async def watch_all(request: GrpcDuplexRequest[Item]) -> AsyncIterator[Total]:
    """Goes on after what cannot be decoded."""
    while True:
        try:
            async for item in request.messages:
                yield Total(names=[item.name])
            return
        except GrpcError as error:
            yield Total(names=[error.message])


@pytest.fixture(scope="module")
def server() -> Iterator[TestServer]:
    """The handlers, which put their names into `RAN`."""
    with serving(get, find_all, tail, add_up, convert, watch, watch_all) as server:
        yield server


def failed(server: TestServer, method: str, messages: list[bytes]) -> tuple[str, str, status_pb2.Status]:
    """The status of a call that fails: code, text and details."""
    with grpc.insecure_channel(server.address) as channel:
        called = channel.stream_stream(f"/orders.Orders/{method}")(iter(messages), timeout=30)
        with pytest.raises(grpc.RpcError) as raised:
            list(called)
        error = raised.value
        trailers = dict(error.trailing_metadata())
        return error.code().name, error.details(), status_pb2.Status.FromString(trailers["grpc-status-details-bin"])


def violations(details: status_pb2.Status) -> list[tuple[str, str]]:
    """The fields of its `BadRequest`, and what is wrong with them."""
    bad = error_details_pb2.BadRequest()
    assert details.details[0].Unpack(bad)
    return [(one.field, one.description) for one in bad.field_violations]


@pytest.mark.parametrize(
    ("method", "kind"), [("Get", "unary_unary"), ("FindAll", "unary_stream"), ("Tail", "unary_stream")]
)
def test_one_message_that_cannot_be_decoded(server: TestServer, call: Call, method: str, kind: Kind) -> None:
    """The handler does not run."""
    RAN.clear()
    answer = call(server.address, f"/orders.Orders/{method}", kind, [BROKEN])
    assert (answer.code, RAN) == ("INVALID_ARGUMENT", [])
    assert answer.text.startswith("the message is not a valid orders.Item: Error parsing message")


@pytest.mark.parametrize("method", ["AddUp", "Convert"])
def test_a_message_of_ten_thousand(server: TestServer, caplog: pytest.LogCaptureFixture, method: str) -> None:
    """It is named by its index, in the text and in the details, and in the log; the handler does not run."""
    RAN.clear()
    messages = [ITEM.SerializeToString()] * 10_000
    messages[7321] = BROKEN
    with caplog.at_level(logging.INFO, "spikard"):
        code, text, details = failed(server, method, messages)
    assert (code, RAN) == ("INVALID_ARGUMENT", [])
    assert text.startswith("message 7321 of the stream is not a valid orders.Item: Error parsing message")
    assert (details.code, details.message) == (StatusCode.INVALID_ARGUMENT, text)
    ((field, description),) = violations(details)
    assert field == "messages[7321]"
    assert description == text.removeprefix("message 7321 of the stream ")
    assert f": {text}; the client gets INVALID_ARGUMENT" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_field_that_a_handler_refuses(server: TestServer) -> None:
    """The same form, for what the handler finds wrong."""
    messages = [ITEM.SerializeToString()] * 10_000
    messages[7321] = Item(value=1).SerializeToString()
    code, text, details = failed(server, "AddUp", messages)
    assert (code, text) == ("INVALID_ARGUMENT", "messages[7321].name: must not be empty")
    assert violations(details) == [("messages[7321].name", "must not be empty")]


def test_a_message_of_a_full_duplex_stream(server: TestServer, call: Call) -> None:
    """What came before it is answered; a handler that catches it reads what comes after it."""
    messages = [ITEM.SerializeToString(), BROKEN, Item(name="jam").SerializeToString()]
    answer = call(server.address, "/orders.Orders/Watch", "stream_stream", messages)
    assert answer.code == "INVALID_ARGUMENT"
    assert answer.text.startswith("message 1 of the stream is not a valid orders.Item")
    assert [Total.FromString(one).names for one in answer.messages] == [["tea"]]
    *_, details = failed(server, "Watch", messages)
    assert violations(details)[0][0] == "messages[1]"
    whole = call(server.address, "/orders.Orders/WatchAll", "stream_stream", messages)
    names = [Total.FromString(one).names[0] for one in whole.messages]
    assert (whole.code, names[0], names[2]) == ("OK", "tea", "jam")
    assert names[1].startswith("message 1 of the stream is not a valid orders.Item")


class Partial:
    """A message that may not be complete."""

    @classmethod
    def from_bytes(cls, data: bytes) -> "Partial":
        if data == b"no memory":
            raise MemoryError("for the message")
        return cls()

    def to_bytes(self) -> bytes:
        raise KeyError("the field id is missing")


@declared
async def partly(request: GrpcRequest[Partial]) -> GrpcResponse[Partial]:
    return GrpcResponse(request.payload)


@declared
async def partly_each(request: GrpcDuplexRequest[Partial]) -> AsyncIterator[Partial]:
    async for message in request.messages:
        yield message


@declared
async def partly_all(request: GrpcBidiStreamRequest[Partial]) -> GrpcBidiStreamResponse[Partial]:
    return GrpcBidiStreamResponse(request.messages)


@declared
async def wrong_payload(request: GrpcRequest[Item]) -> GrpcResponse[Total]:
    return GrpcResponse(request.payload)  # type: ignore[arg-type]  # pyright: ignore


@declared
async def wrong_bytes(request: GrpcRequest[Item]) -> GrpcResponse[Total]:
    return GrpcResponse(b"")  # type: ignore[arg-type]  # pyright: ignore


@declared
def wrong_list(request: GrpcRequest[Item]) -> GrpcServerStreamResponse[Item]:
    return GrpcServerStreamResponse([request.payload, "text"])  # type: ignore[list-item]  # pyright: ignore


@declared
async def no_list(request: GrpcRequest[Item]) -> GrpcServerStreamResponse[Item]:
    return GrpcServerStreamResponse("text")  # type: ignore[arg-type]  # pyright: ignore


@declared
async def no_response(request: GrpcRequest[Item]) -> GrpcResponse[Total]:
    return Total()  # type: ignore[return-value]  # pyright: ignore


@declared
async def wrong_kind(request: GrpcRequest[Item]) -> GrpcResponse[Total]:
    return GrpcServerStreamResponse([Total()])  # type: ignore[return-value]  # pyright: ignore


@declared
async def wrong_yield(request: GrpcDuplexRequest[Item]) -> AsyncIterator[Total]:
    yield Total()
    yield ITEM  # type: ignore[misc]  # pyright: ignore


@declared
async def wrong_stream(request: GrpcRequest[Item]) -> GrpcDuplexResponse[Total]:
    return GrpcDuplexResponse([b""])  # type: ignore[list-item]  # pyright: ignore


@pytest.mark.parametrize(
    ("handler", "logged"),
    [
        (wrong_payload, "returned a GrpcResponse whose payload is orders_pb2.Item, expected orders.Total, as the "),
        (wrong_bytes, "returned a GrpcResponse whose payload is bytes, expected orders.Total"),
        (wrong_list, "returned a GrpcServerStreamResponse whose messages[1] is str, expected orders.Item"),
        (no_list, "returned a GrpcServerStreamResponse whose messages are str ('text'), expected a list of"),
        (no_response, "returned orders.Total, expected a response with it: return the response, not the message"),
        (wrong_kind, "expected a GrpcResponse"),
        (wrong_yield, "yielded orders_pb2.Item as message 1, expected orders.Total"),
        (wrong_stream, "yielded bytes as message 0, expected orders.Total"),
        (partly, "the answer raised KeyError"),
        (partly_each, "message 0 cannot be encoded: KeyError: 'the field id is missing'"),
    ],
)
def test_a_response_of_another_type(handler: Any, logged: str, caplog: pytest.LogCaptureFixture) -> None:
    """INTERNAL; the log says what it is, and what it should be."""
    with Client(handler) as client, pytest.raises(GrpcError) as raised:
        client.call(handler, [b""])
    assert raised.value.code is StatusCode.INTERNAL
    assert raised.value.message == "the handler's answer cannot be sent; the server's log says why"
    assert logged in caplog.text


def test_no_memory_for_a_message_is_not_the_clients_fault() -> None:
    """RESOURCE_EXHAUSTED, as a `MemoryError` of a handler."""
    with Client(partly, partly_each, partly_all) as client:
        for method in ("Partly", "PartlyEach", "PartlyAll"):
            with pytest.raises(MemoryError, match="for the message"):
                client.call(method, b"no memory")


KEPT = GrpcResponse(ITEM)


@declared
async def keep(request: GrpcRequest[Item]) -> GrpcResponse[Item]:
    return KEPT


def test_a_response_may_be_returned_again() -> None:
    """It stays as the handler made it."""
    with Client(keep) as client:
        assert [client.call(keep, ITEM).payload, client.call(keep, ITEM).payload] == [ITEM, ITEM]
    assert KEPT.payload is ITEM


@declared
def deferred(request: GrpcClientStreamRequest[Item]) -> Awaitable[GrpcResponse[Total]]:
    return add_up(request)


@grpc_stream(service="orders.Orders", kind="unary")
def raw_in_typed_out(request: GrpcRequest[bytes]) -> GrpcResponse[Item]:
    return GrpcResponse(Item(name=request.payload.decode()))


def test_other_forms() -> None:
    """A `def` that returns an awaitable; bytes on one side."""
    with Client(deferred, raw_in_typed_out) as client:
        assert client.call(deferred, [ITEM, ITEM]).payload.value == 2
        assert client.call(raw_in_typed_out, b"raw").payload.name == "raw"


class Table(dict[str, Any]):
    """A message of no library."""


def test_a_codec_is_replaced_for_the_handlers_after_it() -> None:
    """Each handler has the one of its declaration."""
    register_codec(
        Table, decode=lambda data: Table(json.loads(data)), encode=lambda message: json.dumps(message).encode()
    )

    @declared
    async def old(request: GrpcRequest[Table]) -> GrpcResponse[bytes]:
        return GrpcResponse(repr(request.payload).encode())

    register_codec(Table, decode=lambda data: Table(all=data), encode=lambda message: b"")

    @declared
    async def new(request: GrpcRequest[Table]) -> GrpcResponse[bytes]:
        return GrpcResponse(repr(request.payload).encode())

    with Client(old, new) as client:
        assert client.call("Old", b'{"a": 1}').payload == b"{'a': 1}"
        assert client.call("New", b'{"a": 1}').payload == b"{'all': b'{\"a\": 1}'}"
        with pytest.raises(GrpcError, match=r"INVALID_ARGUMENT: the message is not a valid .*Table: Expecting"):
            client.call("Old", b"no JSON")
