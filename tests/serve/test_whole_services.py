"""What a server says of methods that nobody handles."""

# mypy: disable-error-code="empty-body"

import logging

import pytest
from processes import spikard

from orders_pb2 import DESCRIPTOR, Item
from spikard.grpc import GrpcRequest, GrpcResponse, GrpcServerStreamResponse, Server, grpc_stream
from spikard.grpc.testing import Client, serving

ORDERS = DESCRIPTOR.services_by_name["Orders"]


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
