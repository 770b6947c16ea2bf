"""What a client sends and is not a message of the annotated type, and what a handler finds wrong in one."""

import logging
from collections.abc import AsyncIterator, Iterator

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
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    StatusCode,
    grpc_stream,
)
from spikard.grpc.testing import TestServer, serving

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
