"""What the decorator says of mistakes in a class."""

# mypy: disable-error-code="empty-body"

from typing import Any

import pytest

from orders_pb2 import DESCRIPTOR, Item, Total
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

ORDERS = DESCRIPTOR.services_by_name["Orders"]
stream: Any = grpc_stream
"""The decorator without its types: these are the mistakes that a type checker would find."""


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
                "on test_class_mistakes.Get: orders.Orders has methods in its .proto that the class does not handle: "
                '"rpc FindAll(orders.Item) returns (stream orders.Item)", '
                '"rpc AddUp(stream orders.Item) returns (orders.Total)", '
                '"rpc Convert(stream orders.Item) returns (stream orders.Total)", '
                '"rpc Watch(stream orders.Item) returns (stream orders.Total)", '
                '"rpc GetURL(orders.Item) returns (orders.Item)"; write a handler for each, or leave complete=True out'
            ),
        ),
        (Wrong, {}, "on test_class_mistakes.Wrong.get: orders.Orders has"),
        (Helping, {}, "on test_class_mistakes.Helping.helper: a handler takes one argument, the request"),
        (Helping, {}, ". A method that is no handler has a name that begins with _"),
        (Elsewhere, {}, "Elsewhere.get: it is declared for shop.Shop, and its class for orders.Orders: a class is one"),
        (ByName, {}, 'ByName.get: orders.Orders has no method "Gett" in its .proto: did you mean "Get"?'),
        (Inherits, {}, 'ByName.get: orders.Orders has no method "Gett" in its .proto: did you mean "Get"?'),
        (Empty, {}, "on test_class_mistakes.Empty: it has no public methods, which would be the handlers"),
        (Get, {"method": "Get"}, "put @grpc_stream(service=…, method='Get') on the one meant, in the class"),
        (Get, {"kind": "unary"}, "put @grpc_stream(service=…, kind='unary') on the one meant, in the class"),
        (Get, {"complete": 1}, "on test_class_mistakes.Get: complete must be True or False, as a text 1 or 0, not int"),
        (
            Get,
            {"service": "orders.Orders", "complete": True},
            (
                'complete=True needs the descriptor of the service, and "orders.Orders" is its name: write '
                'service=….DESCRIPTOR.services_by_name["Orders"], of the _pb2 module'
            ),
        ),
        (Get, {"service": "/orders"}, 'on test_class_mistakes.Get: "/orders" is not a name in a .proto'),
        (Get, {"service": 7}, "on test_class_mistakes.Get: service must be the full name of a service"),
        (Get, {"max_messages": 0}, "on test_class_mistakes.Get: max_messages must be 1 or more, not 0"),
        (Get, {"max_bytes": 1, "max_stream_bytes": 1}, "on test_class_mistakes.Get: max_bytes is a short name of"),
        (
            get,
            {"complete": True},
            (
                "on test_class_mistakes.get: complete=True is said of a class that has all methods of a service: for "
                "functions, start the server with complete_services=True"
            ),
        ),
        (len, {}, "it is put on a function or a class, not on builtin_function_or_method"),
    ],
)
def test_mistakes(decorated: Any, options: dict[str, Any], text: str) -> None:
    """Each is said when the module is imported, and names the class or the method."""
    text = text.replace("test_class_mistakes.", f"{__name__}.")
    for function in (Get.get, Wrong.get):
        function.__dict__.pop("__grpc_stream__", None)
    with pytest.raises((TypeError, ValueError)) as raised:
        stream(**{"service": ORDERS, **options})(decorated)
    assert text in str(raised.value)
