"""Handlers that take and give messages, with the classes of every library, called by clients that send bytes."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clients import Call
from libraries import LIBRARIES, Library

from orders_pb2 import Item, Total
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    grpc_stream,
)
from spikard.grpc.testing import AsyncClient, Client, TestServer, serving

declared = grpc_stream(service="orders.Orders")


def handlers(library: Library) -> dict[str, Any]:
    """Handlers of every kind, in every form, with the classes of a library."""
    if TYPE_CHECKING:
        from orders_pb2 import Item as item  # noqa: N813
        from orders_pb2 import Total as total  # noqa: N813
    else:
        item, total = library.Item, library.Total

    @declared
    async def get(request: GrpcRequest[item]) -> GrpcResponse[item]:
        return GrpcResponse(item(name=request.payload.name.upper()), trailers={"x-value": str(request.payload.value)})

    @declared
    def find_all(request: GrpcRequest[item]) -> GrpcServerStreamResponse[item]:
        found = [item(name=request.payload.name, value=value) for value in range(request.payload.value)]
        return GrpcServerStreamResponse(found)

    @declared
    def add_up(request: GrpcClientStreamRequest[item]) -> GrpcResponse[total]:
        value = sum(one.value for one in request.messages)
        return GrpcResponse(total(value=value, names=[one.name for one in request.messages]))

    @declared
    async def convert(request: GrpcBidiStreamRequest[item]) -> GrpcBidiStreamResponse[total]:
        return GrpcBidiStreamResponse([total(value=one.value) for one in request.messages], metadata={"x-all": "1"})

    @declared
    async def watch(request: GrpcDuplexRequest[item]) -> AsyncIterator[total]:
        async for one in request.messages:
            yield total(value=one.value, names=[one.name])

    @grpc_stream(service="orders.Orders", method="Tail")
    async def tail(request: GrpcRequest[item]) -> GrpcDuplexResponse[total]:
        return GrpcDuplexResponse([total(value=request.payload.value)] * 2, metadata={"x-tail": "1"})

    class Stateful:
        def __init__(self) -> None:
            self.names: list[str] = []

        @grpc_stream(service="orders.Orders", method="Keep")
        async def keep(self, request: GrpcRequest[item]) -> GrpcResponse[total]:
            self.names.append(request.payload.name)
            return GrpcResponse(total(names=self.names))

    return {"stateful": Stateful(), **{name: value for name, value in locals().items() if callable(value)}}


@pytest.fixture(scope="module", params=LIBRARIES, ids=lambda library: library.__name__)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Each library in turn."""
    make: Callable[[Path], Library] = request.param
    return make(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def declared_handlers(library: Library) -> dict[str, Any]:
    """Its handlers."""
    made = handlers(library)
    return {name: made[name] for name in ("get", "find_all", "add_up", "convert", "watch", "tail", "stateful")}


@pytest.fixture(scope="module")
def server(declared_handlers: dict[str, Any]) -> Iterator[TestServer]:
    """A server of them."""
    with serving(*declared_handlers.values()) as server:
        yield server


TEA, JAM = Item(name="tea", value=3), Item(name="jam", value=4)
SENT = [TEA.SerializeToString(), JAM.SerializeToString()]


def test_every_kind_over_the_wire(server: TestServer, call: Call) -> None:
    """Clients send and get what google's classes make, whatever the handlers' classes."""
    got = call(server.address, "/orders.Orders/Get", "unary_unary", SENT[:1])
    assert Item.FromString(got.messages[0]) == Item(name="TEA")
    assert ("x-value", "3") in got.trailers
    found = call(server.address, "/orders.Orders/FindAll", "unary_stream", SENT[:1])
    assert [Item.FromString(one) for one in found.messages] == [Item(name="tea", value=value) for value in range(3)]
    added = call(server.address, "/orders.Orders/AddUp", "stream_unary", SENT)
    assert [Total.FromString(one) for one in added.messages] == [Total(value=7, names=["tea", "jam"])]
    converted = call(server.address, "/orders.Orders/Convert", "stream_stream", SENT)
    assert [Total.FromString(one) for one in converted.messages] == [Total(value=3), Total(value=4)]
    assert ("x-all", "1") in converted.metadata
    watched = call(server.address, "/orders.Orders/Watch", "stream_stream", SENT)
    assert [Total.FromString(one).names for one in watched.messages] == [["tea"], ["jam"]]
    tailed = call(server.address, "/orders.Orders/Tail", "unary_stream", SENT[:1])
    assert [Total.FromString(one).value for one in tailed.messages] == [3, 3]
    assert ("x-tail", "1") in tailed.metadata


def test_what_a_library_cannot_decode(server: TestServer, call: Call) -> None:
    """Whatever it raises."""
    for method in ("AddUp", "Convert", "Watch"):
        answer = call(server.address, f"/orders.Orders/{method}", "stream_stream", [SENT[0], b"\x0a\x01\xff"])
        assert answer.code == "INVALID_ARGUMENT"
        # The class of one library does not tell the name of its message.
        assert re.match(r"message 1 of the stream is not a valid (orders|fast\.orders_pb)\.Item: .", answer.text)


def test_methods_of_an_instance(server: TestServer, call: Call, declared_handlers: dict[str, Any]) -> None:
    """They have its state."""
    declared_handlers["stateful"].names = []
    for names in (["tea"], ["tea", "tea"]):
        kept = call(server.address, "/orders.Orders/Keep", "unary_unary", SENT[:1])
        assert Total.FromString(kept.messages[0]).names == names


def test_clients_for_tests_take_and_return_messages(library: Library, declared_handlers: dict[str, Any]) -> None:
    """And bytes, as any client may send."""
    tea, jam = library.Item(name="tea", value=3), library.Item(name="jam", value=4)
    with Client(*declared_handlers.values()) as client:
        assert client.call(declared_handlers["get"], tea).payload.name == "TEA"
        assert client.call("AddUp", [tea, jam]).payload.value == 7
        assert client.call("AddUp", [tea, SENT[1]]).payload.value == 7
        assert list(client.call("AddUp").payload.names) == []  # of no message, where one would have a name
        assert [one.value for one in client.call("FindAll", jam).messages] == [0, 1, 2, 3]
        assert isinstance(client.call("Convert", (one for one in (tea, jam))).messages[1], library.Total)
        assert [list(one.names) for one in client.call("Watch", [tea, jam]).messages] == [["tea"], ["jam"]]
        with pytest.raises(TypeError, match=r"message 1 of the call must be a .*Item, or bytes, not str"):
            client.call("AddUp", [tea, "jam"])


def test_async_clients_take_and_return_messages(library: Library, declared_handlers: dict[str, Any]) -> None:
    """As well."""

    async def called() -> int:
        async with AsyncClient(declared_handlers["add_up"]) as client:
            response = await client.call("AddUp", [library.Item(value=20), library.Item(value=1)])
            return int(response.payload.value)

    assert asyncio.run(called()) == 21


def test_a_handler_is_a_function_still(library: Library, declared_handlers: dict[str, Any]) -> None:
    """Of a request that a test makes by hand."""
    tea = library.Item(name="tea", value=3)
    assert declared_handlers["add_up"](GrpcClientStreamRequest([tea, tea])).payload.value == 6
    assert asyncio.run(declared_handlers["get"](GrpcRequest(tea))).payload.name == "TEA"
