"""Classes whose public methods are the handlers of a service."""

# mypy: disable-error-code="empty-body"

import functools
import queue
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from wire import grpc

from orders_pb2 import DESCRIPTOR, Item, Total
from spikard._serving.targets import find_routes
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
)
from spikard.grpc._declaration import Declaration, declared, declared_methods
from spikard.grpc.testing import Client, TestServer, serving

ORDERS = DESCRIPTOR.services_by_name["Orders"]
ALL = ["Get", "FindAll", "AddUp", "Convert", "Watch", "GetURL"]


@grpc_stream(service=ORDERS, complete=True, max_messages=10_000)
@dataclass
class Orders:
    """Every kind, in the other forms than those of the class below."""

    price: int = 1

    async def get(self, request: GrpcRequest[Item]) -> GrpcResponse[Item]:
        if not request.payload.name:
            raise GrpcError(StatusCode.NOT_FOUND, "no such item", details=[request.payload])
        return GrpcResponse(self._priced(request.payload), metadata={"x-first": "1"}, trailers={"x-last": "2"})

    def find_all(self, request: GrpcRequest[Item]) -> GrpcServerStreamResponse[Item]:
        found = [Item(name=request.payload.name, value=value) for value in range(request.payload.value)]
        return GrpcServerStreamResponse(found, metadata={"x-found": str(len(found))})

    @grpc_stream(service=ORDERS, max_bytes="1MiB")
    def add_up(self, request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
        return GrpcResponse(Total(value=self.price * sum(item.value for item in request.messages)))

    async def convert(self, request: GrpcBidiStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]:
        return GrpcBidiStreamResponse(Total(value=item.value) for item in request.messages)

    async def watch(self, request: GrpcDuplexRequest[Item]) -> AsyncIterator[Total]:
        async for item in request.messages:
            yield Total(names=[item.name])

    @staticmethod
    async def get_url(request: GrpcRequest) -> GrpcResponse:
        return GrpcResponse(request.payload)

    def _priced(self, item: Item) -> Item:
        return Item(name=item.name, value=item.value * self.price)


@grpc_stream(service=ORDERS, complete=True)
class Streamed(Orders):
    """The kinds that may be answered as a stream, so; what is not overridden is inherited."""

    async def find_all(self, request: GrpcRequest[Item]) -> AsyncIterator[Item]:  # type: ignore[override] # pyright: ignore
        for value in range(request.payload.value):
            yield Item(name=request.payload.name, value=value)

    async def convert(self, request: GrpcDuplexRequest[Item]) -> GrpcDuplexResponse[Total]:  # type: ignore[override] # pyright: ignore
        return GrpcDuplexResponse([Total(value=item.value) async for item in request.messages], metadata={"x-s": "1"})


@pytest.fixture(scope="module", params=[Orders, Streamed])
def server(request: pytest.FixtureRequest) -> Iterator[TestServer]:
    """Each class, served whole."""
    with serving(request.param(price=2), complete_services=True, reflection=True, orca=True) as server:
        yield server


def test_generated_stubs_call_every_kind(server: TestServer, orders_stub: ModuleType) -> None:
    """grpcio's stub and a class with typed handlers: messages, metadata, trailers and statuses."""
    tea, jam = Item(name="tea", value=3), Item(name="jam", value=4)
    with grpc.insecure_channel(server.address) as channel:
        stub = orders_stub.OrdersStub(channel)
        got, call = stub.Get.with_call(tea, timeout=30)
        assert got == Item(name="tea", value=6)
        assert dict(call.initial_metadata())["x-first"] == "1"
        assert dict(call.trailing_metadata())["x-last"] == "2"
        assert list(stub.FindAll(tea, timeout=30)) == [Item(name="tea", value=value) for value in range(3)]
        assert stub.AddUp(iter([tea, jam]), timeout=30) == Total(value=14)
        assert list(stub.Convert(iter([tea, jam]), timeout=30)) == [Total(value=3), Total(value=4)]
        assert list(stub.Watch(iter([tea, jam]), timeout=30)) == [Total(names=["tea"]), Total(names=["jam"])]
        assert stub.GetURL(tea, timeout=30) == tea
        assert list(stub.FindAll(Item(), timeout=30)) == []
        assert stub.AddUp(iter([]), timeout=30) == Total()
        assert stub.AddUp.future(iter([tea]), timeout=30).result() == Total(value=6)
        with pytest.raises(grpc.RpcError) as raised:
            stub.Get(Item(), timeout=30)
        assert raised.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_full_duplex_call_of_a_stub_is_answered_while_it_is_open(orders_stub: ModuleType) -> None:
    """Each message before the next is sent."""
    with serving(Orders()) as server, grpc.insecure_channel(server.address) as channel:
        sent: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        answers = orders_stub.OrdersStub(channel).Watch(iter(sent.get, None), timeout=30)
        for name in ("tea", "jam"):
            sent.put(Item(name=name))
            assert next(answers) == Total(names=[name])
        sent.put(None)
        assert list(answers) == []


def test_it_is_a_class_as_before() -> None:
    """A test calls its methods, and its helpers are none of the service's."""
    assert Orders().find_all(GrpcRequest(Item(name="tea", value=1))).messages == [Item(name="tea")]
    assert sorted(one.method for one in declared_methods(Orders).values()) == sorted(ALL)
    assert declared(Orders._priced) is None
    with Client(Orders(price=3)) as client:
        assert client.call("AddUp", [Item(value=2)]).payload == Total(value=6)


def limits(cls: type, name: str) -> dict[str, Any]:
    """The limits that a method sets for itself."""
    return {key: value for key, value in declared_methods(cls)[name].limits.items() if value is not None}


def test_limits_of_the_class_are_those_that_a_method_does_not_set() -> None:
    """As for a block of the Rust macro."""
    assert limits(Orders, "find_all") == {"max_messages": 10_000}
    assert limits(Orders, "add_up") == {"max_messages": 10_000, "max_stream_bytes": 1 << 20}

    @grpc_stream(service=ORDERS, timeout=5, max_bytes=10)
    class Part:
        @grpc_stream(service="orders.Orders", method="AddUp", timeout=1)
        async def sum(self, request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]: ...

    assert limits(Part, "sum") == {"timeout": 1.0, "max_stream_bytes": 10}
    assert declared_methods(Part)["sum"].described is not None


def test_a_method_may_have_the_descriptor_that_its_class_has_not() -> None:
    """It keeps it."""

    @grpc_stream(service="orders.Orders")
    class Named:
        @grpc_stream(service=ORDERS)
        async def get(self, request: GrpcRequest[Item]) -> GrpcResponse[Item]: ...

    assert declared_methods(Named)["get"].described is not None


def test_a_service_that_is_given_by_its_name() -> None:
    """The methods have the names that they have in the class, and nothing is compared."""

    @grpc_stream(service="shop.Shop")
    class Shop:
        number = 7

        async def open_up(self, request: GrpcRequest) -> GrpcResponse: ...

        @functools.wraps(open_up)
        async def close_down(self, request: GrpcRequest) -> GrpcResponse: ...

        @property
        def name(self) -> str:
            return "shop"

        class Nested: ...

        def __call__(self) -> None: ...

    assert {name: one.path for name, one in declared_methods(Shop).items()} == {
        "open_up": "/shop.Shop/OpenUp",
        "close_down": "/shop.Shop/CloseDown",
    }


def test_an_override_keeps_the_name_that_its_base_gave() -> None:
    """Though its own would be another."""

    @grpc_stream(service=ORDERS)
    class Base:
        @grpc_stream(service=ORDERS, method="AddUp")
        async def sum(self, request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]: ...

    @grpc_stream(service=ORDERS, max_messages=3)
    class Derived(Base):
        def sum(self, request: GrpcClientStreamRequest) -> GrpcResponse: ...  # type: ignore[override] # pyright: ignore

    assert declared_methods(Base)["sum"].typed is not None
    own: Declaration = declared_methods(Derived)["sum"]
    assert (own.method, own.typed, own.limits["max_messages"]) == ("AddUp", None, 3)


def test_handlers_of_other_services_are_inherited_as_they_are() -> None:
    """And an override of one is a handler of the class's own service."""

    class Base:
        @grpc_stream(service="shop.Shop", method="Sum")
        async def add_up(self, request: GrpcRequest) -> GrpcResponse: ...

        @grpc_stream(service="shop.Shop")
        async def buy(self, request: GrpcRequest) -> GrpcResponse: ...

    @grpc_stream(service=ORDERS)
    class Derived(Base):
        def add_up(self, request: GrpcClientStreamRequest) -> GrpcResponse: ...  # type: ignore[override] # pyright: ignore

    found = {name: one.path for name, one in declared_methods(Derived).items()}
    assert found == {"add_up": "/orders.Orders/AddUp", "buy": "/shop.Shop/Buy"}


def test_a_class_is_served_from_an_instance() -> None:
    """As without the decorator on the class."""
    with pytest.raises(TypeError, match=r"is a class, and handlers are served from an instance: make one, Orders\(…\)"):
        find_routes([Orders])
