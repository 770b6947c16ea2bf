"""What a handler answers with: messages of another type than annotated, those that cannot be encoded, and bytes."""

import json
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

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
from spikard.grpc._declaration import declared as declared_on
from spikard.grpc.testing import Client

declared = grpc_stream(service="orders.Orders")
ITEM = Item(name="tea", value=3)


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


@declared
async def all_of_it(request: GrpcRequest[Item]) -> GrpcResponse[Item]: ...  # type: ignore[empty-body]


@pytest.mark.parametrize("kind", [GrpcServerStreamResponse, GrpcBidiStreamResponse])
def test_all_else_of_a_response_stays(kind: Any) -> None:
    """Metadata, trailers, and what is compressed."""
    declaration = declared_on(all_of_it)
    assert declaration is not None
    assert declaration.typed is not None
    rest: dict[str, Any] = {"metadata": {"x-a": "1"}, "trailers": {"x-b": "2"}, "compression": "gzip"}
    encoded = ITEM.SerializeToString()
    assert declaration.typed.encode(GrpcResponse(ITEM, **rest)) == GrpcResponse(encoded, **rest)
    assert declaration.typed.encode(kind([ITEM], **rest, uncompressed=[0])) == kind([encoded], **rest, uncompressed=[0])


KEPT = GrpcResponse(ITEM)


@declared
async def keep(request: GrpcRequest[Item]) -> GrpcResponse[Item]:
    return KEPT


def test_a_response_may_be_returned_again() -> None:
    """It stays as the handler made it."""
    with Client(keep) as client:
        assert [client.call(keep, ITEM).payload, client.call(keep, ITEM).payload] == [ITEM, ITEM]
    assert KEPT.payload is ITEM


async def counted(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
    return GrpcResponse(Total(value=len(request.messages)))


@declared
def deferred(request: GrpcClientStreamRequest[Item]) -> Awaitable[GrpcResponse[Total]]:
    return counted(request)


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
