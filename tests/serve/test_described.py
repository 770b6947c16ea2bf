"""Handlers whose service is given as its descriptor."""

# mypy: disable-error-code="empty-body"

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from clients import Call
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from libraries import protobuf_py
from wire import grpc

import orders_pb2
from orders_pb2 import DESCRIPTOR, Item, Total
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    grpc_stream,
)
from spikard.grpc._agreement import method_of_function
from spikard.grpc._declaration import declared
from spikard.grpc._service import Service, ServiceMethod, service_of
from spikard.grpc.testing import TestServer, serving

ORDERS = DESCRIPTOR.services_by_name["Orders"]
stream: Any = grpc_stream


@grpc_stream(service=ORDERS)
async def get(request: GrpcRequest[Item]) -> GrpcResponse[Item]:
    return GrpcResponse(request.payload)


@grpc_stream(service=ORDERS)
def find_all(request: GrpcRequest[Item]) -> GrpcServerStreamResponse[Item]:
    return GrpcServerStreamResponse([request.payload] * request.payload.value)


@grpc_stream(service=ORDERS)
async def add_up(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
    return GrpcResponse(Total(value=sum(item.value for item in request.messages)))


@grpc_stream(service=ORDERS)
def convert(request: GrpcBidiStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]:
    return GrpcBidiStreamResponse([Total(value=item.value) for item in request.messages])


@grpc_stream(service=ORDERS)
async def watch(request: GrpcDuplexRequest[Item]) -> AsyncIterator[Total]:
    async for item in request.messages:
        yield Total(names=[item.name])


@grpc_stream(service=ORDERS)
def get_url(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(request.payload)


@pytest.fixture(scope="module")
def server() -> Iterator[TestServer]:
    """All of them, with reflection."""
    with serving(get, find_all, add_up, convert, watch, get_url, reflection=True) as server:
        yield server


def test_generated_stubs_call_every_kind(server: TestServer, orders_stub: ModuleType) -> None:
    """Messages on both ends."""
    tea, jam = Item(name="tea", value=3), Item(name="jam", value=4)
    with grpc.insecure_channel(server.address) as channel:
        stub = orders_stub.OrdersStub(channel)
        assert stub.Get(tea) == tea
        assert list(stub.FindAll(tea)) == [tea] * 3
        assert stub.AddUp(iter([tea, jam])) == Total(value=7)
        assert list(stub.Convert(iter([tea, jam]))) == [Total(value=3), Total(value=4)]
        assert list(stub.Watch(iter([tea, jam]))) == [Total(names=["tea"]), Total(names=["jam"])]


def test_the_name_is_spelled_as_in_the_proto(server: TestServer, call: Call) -> None:
    """`get_url` is `GetURL`, where the `.proto` says so."""
    assert call(server.address, "/orders.Orders/GetURL", "unary_unary", [b"raw"]).messages == [b"raw"]


def test_reflection_shows_the_descriptor(server: TestServer) -> None:
    """That of the handlers."""
    with grpc.insecure_channel(server.address) as channel:
        service = DescriptorPool(ProtoReflectionDescriptorDatabase(channel)).FindServiceByName("orders.Orders")
        assert [method.name for method in service.methods] == [method.name for method in ORDERS.methods]


def test_descriptors_of_protobuf_py(tmp_path: Path) -> None:
    """They are checked, and shown, with its messages and without google's."""
    library = protobuf_py(tmp_path)
    service = library.Item.desc().file.services[0]
    taken: Any = GrpcClientStreamRequest
    given: Any = GrpcResponse

    async def add_up(request):  # type: ignore[no-untyped-def]
        return GrpcResponse(library.Total(value=len(request.messages)))

    add_up.__annotations__ = {"request": taken[library.Item], "return": given[library.Total]}
    handler = stream(service=service)(add_up)
    with serving(handler, reflection=True) as server, grpc.insecure_channel(server.address) as channel:
        answer = channel.stream_unary("/orders.Orders/AddUp")(iter([b"", b""]), timeout=30)
        assert Total.FromString(answer).value == 2
        shown = DescriptorPool(ProtoReflectionDescriptorDatabase(channel)).FindServiceByName("orders.Orders")
        assert len(shown.methods) == len(ORDERS.methods)
    add_up.__annotations__["return"] = given[library.Item]
    del add_up.__grpc_stream__  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"this handler gives orders.Item: annotate it with the class of orders.Total"):
        stream(service=service)(add_up)


async def raw(request: GrpcClientStreamRequest) -> GrpcResponse: ...
async def typed(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]: ...
async def one(request: GrpcRequest[Item]) -> GrpcResponse[Total]: ...
async def wrong_in(request: GrpcClientStreamRequest[Total]) -> GrpcResponse[Total]: ...
async def wrong_out(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Item]: ...
async def buffered(request: GrpcBidiStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]: ...
def no_types(request): ...  # type: ignore[no-untyped-def]


class Orders:
    """Not a descriptor."""


@pytest.mark.parametrize(
    ("function", "options", "text"),
    [
        (
            typed,
            {},
            'orders.Orders has no method "Typed" in its .proto: it has Get, FindAll, AddUp, Convert, Watch, GetURL',
        ),
        (
            typed,
            {"method": "AddUpp"},
            'no method "AddUpp" in its .proto: did you mean "AddUp"? it has Get, FindAll, AddUp',
        ),
        (typed, {"method": "addUp"}, 'no method "addUp" in its .proto: did you mean "AddUp"?'),
        (
            one,
            {"method": "AddUp"},
            (
                'orders.Orders has "rpc AddUp(stream orders.Item) returns (orders.Total)" in its .proto, '
                "which is client streaming or unbuffered client streaming, and this handler is unary: "
                "annotate it as GrpcClientStreamRequest[…] -> GrpcResponse[…]"
            ),
        ),
        (raw, {"method": "Watch"}, "which is bidirectional or duplex, and this handler is client streaming"),
        (buffered, {"method": "FindAll"}, 'has "rpc FindAll(orders.Item) returns (stream orders.Item)" in its .proto'),
        (no_types, {"method": "Get", "kind": "duplex"}, "which is unary, and this handler is duplex"),
        (
            wrong_in,
            {"method": "AddUp"},
            "and this handler takes orders.Total: annotate it with the class of orders.Item",
        ),
        (
            wrong_out,
            {"method": "AddUp"},
            "and this handler gives orders.Item: annotate it with the class of orders.Total",
        ),
        (
            typed,
            {"service": DESCRIPTOR},
            'FileDescriptor: write DESCRIPTOR.services_by_name["Orders"], a service of the',
        ),
        (typed, {"service": orders_pb2}, 'module: write DESCRIPTOR.services_by_name["Orders"], a service of the file'),
        (typed, {"service": Item.DESCRIPTOR}, 'the full name of a service, "package.Service", or its descriptor, not'),
        (typed, {"service": Orders}, 'the full name of a service, "package.Service", or its descriptor, not type'),
    ],
)
def test_mistakes(function: Any, options: dict[str, Any], text: str) -> None:
    """Each is said when the module is imported, with both sides."""
    with pytest.raises((TypeError, ValueError)) as raised:
        stream(**{"service": ORDERS, **options})(function)
    assert f"@grpc_stream on {function.__module__}.{function.__qualname__}: " in str(raised.value)
    assert text in str(raised.value)
    assert declared(function) is None


def test_a_method_is_found_by_the_name_that_it_would_have() -> None:
    """Before one that is spelled alike, and also where the name keeps an underscore."""
    names = ("Step1_2", "GetURL", "GetUrl")
    service = Service("shop.Steps", tuple(ServiceMethod(name, False, False, "a.A", "a.A") for name in names), None)
    assert method_of_function(service, "step_1_2").name == "Step1_2"
    assert method_of_function(service, "get_url").name == "GetUrl"
    with pytest.raises(ValueError, match='has no method "Geturl" in its'):
        method_of_function(service, "geturl")


class Nameless:
    """A message whose class does not tell its name."""

    @classmethod
    def from_bytes(cls, data: bytes) -> "Nameless":
        return cls()

    def to_bytes(self) -> bytes:
        return b""


async def nameless(request: GrpcClientStreamRequest[Nameless]) -> GrpcResponse[Nameless]: ...


def test_each_library_describes_the_same_methods(tmp_path: Path) -> None:
    """With their kinds and messages."""
    described = service_of(protobuf_py(tmp_path).Item.desc().file.services[0])
    assert described.methods == service_of(ORDERS).methods
    assert described.name == "orders.Orders"


def test_methods_that_fit() -> None:
    """Raw handlers, those of messages without a name, and a full-duplex method that is handled as a buffered one."""
    assert declared(stream(service=ORDERS, method="AddUp")(raw)) is not None
    assert declared(stream(service=ORDERS, method="AddUp")(nameless)) is not None
    assert declared(stream(service=ORDERS, method="Watch")(buffered)) is not None
    assert declared(stream(service=ORDERS, method="Get", kind="unary")(no_types)) is not None


@grpc_stream(service="orders.Orders")
async def handle_add_up(request: GrpcClientStreamRequest) -> GrpcResponse: ...


@grpc_stream(service="orders.Orders", method="FindAll")
async def find_one(request: GrpcRequest) -> GrpcResponse: ...


@grpc_stream(service="orders.Orders", method="AddUp")
async def add_up_right(request: GrpcClientStreamRequest) -> GrpcResponse: ...


@grpc_stream(service="orders.Unknown")
async def unknown(request: GrpcRequest) -> GrpcResponse: ...


def test_a_module_that_is_loaded_is_compared_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    """A warning for each handler whose service was given by its name and that does not fit."""
    with serving(handle_add_up, find_one, add_up_right, unknown):
        first, second = [record.getMessage() for record in caplog.records if "orders" in record.getMessage()]
    assert ':handle_add_up: orders.Orders has no method "HandleAddUp" in its .proto: did you mean "AddUp"?' in first
    assert 'give its descriptor to the decorator, service=….DESCRIPTOR.services_by_name["Orders"]' in first
    assert ":find_one: orders.Orders has " in second
    assert "which is server streaming, and this handler is unary" in second
