"""What is said of classes and handlers for grpcio that cannot be served."""

from collections.abc import Callable
from typing import Any

import grpcio_aio_examples
import grpcio_examples
import pytest
from wire import grpc

import helloworld_pb2
import orders_pb2
from spikard.grpc import GrpcError, Server, servicer
from spikard.grpc.testing import Client


class Bare:
    """No base."""

    def SayHello(self, request: Any, context: Any) -> Any:
        return helloworld_pb2.HelloReply(message=request.name)


def test_a_handler_that_does_not_say_what_it_handles() -> None:
    """A server needs to know its methods."""

    class Anything(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, handler_call_details: Any) -> None:
            return None

    with pytest.raises(TypeError, match="does not say which methods it handles, and a server needs to know them"):
        Server(bind="127.0.0.1:0").add_generic_rpc_handlers((Anything(),))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: servicer(Bare), r"servicer takes an instance: write servicer\(Bare\(…\)\)"),
        (lambda: servicer(Bare()), "Bare has no base that grpc_tools generated, such as shop_pb2_grpc.OrdersServicer"),
        (
            lambda: servicer(Bare(), service=orders_pb2.DESCRIPTOR.services_by_name["Orders"]),
            r"Bare has none of the methods of orders.Orders: Get, FindAll, AddUp",
        ),
        (
            lambda: servicer(Bare(), service="helloworld.Greeter"),  # type: ignore[arg-type]
            'takes a service as it was generated, not as its name "helloworld.Greeter": service=shop_pb2_grpc',
        ),
        (lambda: servicer(grpcio_examples.Greeter(), max_message=1), "max_message"),  # type: ignore[call-arg]
    ],
)
def test_mistakes(make: Callable[[], Any], text: str) -> None:
    """One clear message each."""
    with pytest.raises(TypeError, match=text):
        make()


def test_what_is_served_without_servicer() -> None:
    """The error says what to write."""
    for target in (grpcio_examples.Greeter(), grpcio_examples.Greeter):
        with pytest.raises(TypeError, match=r"was written for grpcio: write servicer\(Greeter\(…\)\)"):
            Server(target)
    module = type(pytest)("only_classes")
    vars(module)["Greeter"] = type("Greeter", (grpcio_examples.Greeter,), {"__module__": "only_classes"})
    with pytest.raises(TypeError, match=r"Greeter is one for grpcio, which is served as greeter = servicer\(Greeter"):
        Server(module)


def test_what_hides_that_a_method_is_async(caplog: pytest.LogCaptureFixture) -> None:
    """The log says what to write."""

    class Hidden(grpcio_aio_examples.Greeter):
        def SayHello(self, request: Any, context: Any) -> Any:
            return super().SayHello(request, context)

    with Client(servicer(Hidden())) as client, pytest.raises(GrpcError, match="INTERNAL"):
        client.call("SayHello", helloworld_pb2.HelloRequest(name="you"))
    assert "Hidden.SayHello is a def that returned coroutine: what wraps an async def must say so" in caplog.text
