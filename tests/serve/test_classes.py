"""Classes whose public methods are the handlers of a service."""

# mypy: disable-error-code="empty-body"

import functools
import logging
import queue
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from processes import spikard
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
    Server,
    StatusCode,
    grpc_stream,
)
from spikard.grpc._declaration import Declaration, declared, declared_methods
from spikard.grpc.testing import Client, TestServer, serving

ORDERS = DESCRIPTOR.services_by_name["Orders"]
ALL = ["Get", "FindAll", "AddUp", "Convert", "Watch", "GetURL"]
stream: Any = grpc_stream
"""The decorator without its types: these are the mistakes that a type checker would find."""


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


class Get:
    async def get(self, request: GrpcRequest[Item]) -> GrpcResponse[Item]: ...


class Wrong:
    async def get(self, request: GrpcRequest[Item]) -> GrpcResponse[Total]: ...


class Helping(Get):
    def helper(self) -> None: ...


class Elsewhere:
    @grpc_stream(service="shop.Shop")
    async def get(self, request: GrpcRequest) -> GrpcResponse: ...


class ByName:
    @grpc_stream(service="orders.Orders", method="Gett")
    async def get(self, request: GrpcRequest) -> GrpcResponse: ...


class Inherits(ByName): ...


class Empty:
    def _helper(self) -> None: ...


async def get(request: GrpcRequest[Item]) -> GrpcResponse[Item]: ...


@pytest.mark.parametrize(
    ("decorated", "options", "text"),
    [
        (
            Get,
            {"complete": True},
            (
                "on test_classes.Get: orders.Orders has methods in its .proto that the class does not handle: "
                '"rpc FindAll(orders.Item) returns (stream orders.Item)", '
                '"rpc AddUp(stream orders.Item) returns (orders.Total)", '
                '"rpc Convert(stream orders.Item) returns (stream orders.Total)", '
                '"rpc Watch(stream orders.Item) returns (stream orders.Total)", '
                '"rpc GetURL(orders.Item) returns (orders.Item)"; write a handler for each, or leave complete=True out'
            ),
        ),
        (Wrong, {}, "on test_classes.Wrong.get: orders.Orders has"),
        (Helping, {}, "on test_classes.Helping.helper: a handler takes one argument, the request"),
        (Helping, {}, ". A method that is no handler has a name that begins with _"),
        (Elsewhere, {}, "Elsewhere.get: it is declared for shop.Shop, and its class for orders.Orders: a class is one"),
        (ByName, {}, 'ByName.get: orders.Orders has no method "Gett" in its .proto: did you mean "Get"?'),
        (Inherits, {}, 'ByName.get: orders.Orders has no method "Gett" in its .proto: did you mean "Get"?'),
        (Empty, {}, "on test_classes.Empty: it has no public methods, which would be the handlers"),
        (Get, {"method": "Get"}, "put @grpc_stream(service=…, method='Get') on the one meant, in the class"),
        (Get, {"kind": "unary"}, "put @grpc_stream(service=…, kind='unary') on the one meant, in the class"),
        (Get, {"complete": 1}, "on test_classes.Get: complete must be True or False, as a text 1 or 0, not int"),
        (
            Get,
            {"service": "orders.Orders", "complete": True},
            (
                'complete=True needs the descriptor of the service, and "orders.Orders" is its name: write '
                'service=….DESCRIPTOR.services_by_name["Orders"], of the _pb2 module'
            ),
        ),
        (Get, {"service": "/orders"}, 'on test_classes.Get: "/orders" is not a name in a .proto'),
        (Get, {"service": 7}, "on test_classes.Get: service must be the full name of a service"),
        (Get, {"max_messages": 0}, "on test_classes.Get: max_messages must be 1 or more, not 0"),
        (Get, {"max_bytes": 1, "max_stream_bytes": 1}, "on test_classes.Get: max_bytes is a short name of"),
        (
            get,
            {"complete": True},
            (
                "on test_classes.get: complete=True is said of a class that has all methods of a service: for "
                "functions, start the server with complete_services=True"
            ),
        ),
        (len, {}, "it is put on a function or a class, not on builtin_function_or_method"),
    ],
)
def test_mistakes(decorated: Any, options: dict[str, Any], text: str) -> None:
    """Each is said when the module is imported, and names the class or the method."""
    text = text.replace("test_classes.", f"{__name__}.")
    for function in (Get.get, Wrong.get):
        function.__dict__.pop("__grpc_stream__", None)
    with pytest.raises((TypeError, ValueError)) as raised:
        stream(**{"service": ORDERS, **options})(decorated)
    assert text in str(raised.value)


@grpc_stream(service=ORDERS)
class GetAlone:
    """Leaves the others to the functions below."""

    async def get(self, request: GrpcRequest[Item]) -> GrpcResponse[Item]: ...


@grpc_stream(service=ORDERS)
async def find_all(request: GrpcRequest[Item]) -> GrpcServerStreamResponse[Item]:
    return GrpcServerStreamResponse([request.payload])


@grpc_stream(service="shop.Shop")
async def buy(request: GrpcRequest) -> GrpcResponse: ...


def test_a_server_names_what_has_no_handler(caplog: pytest.LogCaptureFixture) -> None:
    """In its table and, when it starts, in the log: they may be spread over classes and functions."""
    parts = (GetAlone(), find_all, buy)
    rows = [line.split() for line in Server(*parts).table.splitlines()]
    unhandled = [row[1] for row in rows if row[3:5] == ["none:", "UNIMPLEMENTED"]]
    assert unhandled == ["AddUp", "Convert", "Watch", "GetURL"]
    with caplog.at_level(logging.WARNING, "spikard"), serving(*parts):
        pass
    said = [record.getMessage() for record in caplog.records if "has no handler" in record.getMessage()]
    assert said == [
        "orders.Orders has no handler for AddUp, Convert, Watch, GetURL: calls of them are answered UNIMPLEMENTED"
    ]


def test_a_client_of_a_test_needs_no_more_than_it_calls(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is said of the others."""
    with caplog.at_level(logging.WARNING, "spikard"), Client(find_all) as client:
        assert client.call("FindAll", Item(name="tea")).messages == [Item(name="tea")]
    assert "has no handler" not in caplog.text


def test_a_server_can_refuse_what_is_not_complete() -> None:
    """With everything that is missing in one message, before it is started."""
    with pytest.raises(ValueError, match="complete_services: without a handler: ") as raised:
        Server(GetAlone(), find_all, buy, complete_services=True)
    assert str(raised.value) == (
        "complete_services: without a handler: orders.Orders/AddUp, orders.Orders/Convert, orders.Orders/Watch, "
        "orders.Orders/GetURL; add one for each; given by name, so that their methods are not known: shop.Shop; give "
        "each as spikard-build's module, or in Python as its descriptor"
    )
    with pytest.raises(TypeError, match="complete_services must be True or False, as a text 1 or 0, not int"):
        Server(GetAlone(), complete_services=1)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("command", [["serve", "--bind", "127.0.0.1:0"], ["routes"], ["routes", "--json"]])
def test_a_command_can_refuse_what_is_not_complete(command: list[str]) -> None:
    """Also the one that only prints."""
    name, *options = command
    done = spikard(name, "flights", "probes:echo", "--complete-services", *options)
    assert done.returncode == 2
    said = "spikard: error: complete_services: given by name, so that their methods are not known: probes.Probes; give"
    assert done.stderr.startswith(said)


def test_a_command_says_nothing_of_what_is_complete() -> None:
    """A class that says so, and is."""
    done = spikard("routes", "flights", "--complete-services")
    assert (done.returncode, done.stderr) == (0, "")
    assert "none: UNIMPLEMENTED" not in done.stdout


def test_a_class_is_served_from_an_instance() -> None:
    """As without the decorator on the class."""
    with pytest.raises(TypeError, match=r"is a class, and handlers are served from an instance: make one, Orders\(…\)"):
        find_routes([Orders])
