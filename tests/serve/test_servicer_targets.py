"""How servicers are found, added and served, and what is said of those that are none."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import certificates
import descriptor_servicer
import grpcio_aio_examples
import grpcio_examples
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from processes import HANDLERS, MESSAGES, WAIT, serving
from wire import aio, grpc

import helloworld_pb2
import helloworld_pb2_grpc
import orders_pb2
import route_guide_pb2_grpc
from spikard.grpc import Server, servicer
from spikard.grpc.testing import Client

SAY_HELLO = "/helloworld.Greeter/SayHello"
hello_grpc: Any = helloworld_pb2_grpc  # generated, without types
guide_grpc: Any = route_guide_pb2_grpc


def hello(address: str, name: str, **options: Any) -> str:
    with grpc.insecure_channel(address, **options) as channel:
        reply: str = (
            hello_grpc.GreeterStub(channel).SayHello(helloworld_pb2.HelloRequest(name=name), timeout=WAIT).message
        )
        return reply


@pytest.mark.parametrize("workers", [1, 2])
def test_the_command(workers: int) -> None:
    """A name of a module is a target, and so is a module; the table says whose methods these are."""
    with serving("grpcio_examples:greeter", "grpcio_aio_examples:guide", workers=workers) as served:
        assert hello(served.address, "you") == "Hello, you!"
        assert "grpcio_examples:Greeter.SayHello" in served.out.text()
        assert "grpcio_aio_examples:RouteGuideServicer.RouteChat" in served.out.text()


def test_reflection() -> None:
    """Shows them as the `.proto` has them."""
    with serving("grpcio_examples:greeter", "--reflection") as served, grpc.insecure_channel(served.address) as channel:
        database: Any = ProtoReflectionDescriptorDatabase(channel)
        assert "helloworld.Greeter" in database.get_services()
        assert database.FindFileContainingSymbol("helloworld.Greeter").name == "helloworld.proto"


@pytest.mark.asyncio
async def test_generated_code_adds_to_a_server() -> None:
    """As to one of grpcio's, any number of services."""
    server = Server(bind="127.0.0.1:0")
    hello_grpc.add_GreeterServicer_to_server(grpcio_aio_examples.Greeter(), server)
    guide_grpc.add_RouteGuideServicer_to_server(grpcio_examples.RouteGuideServicer(), server)
    assert server.table.count("RouteGuideServicer.") == 4
    async with server, aio.insecure_channel(server.address) as channel:
        reply = await hello_grpc.GreeterStub(channel).SayHello(helloworld_pb2.HelloRequest(name="you"), timeout=WAIT)
        assert reply.message == "Hello, you!"
        with pytest.raises(RuntimeError, match="the server has been started: add services before"):
            hello_grpc.add_GreeterServicer_to_server(grpcio_aio_examples.Greeter(), server)


@pytest.mark.asyncio
async def test_handlers_that_are_put_together_by_hand() -> None:
    """Without serializers their messages are bytes; with some of the user's own, what these make."""

    def upper(request: bytes, context: Any) -> bytes:
        assert isinstance(context, grpc.ServicerContext)
        return request.upper()

    async def double(request: int, context: Any) -> int:
        assert isinstance(context, aio.ServicerContext)
        return request * 2

    def encoded(number: int) -> bytes:
        return str(number).encode()

    handlers = {
        "Upper": grpc.unary_unary_rpc_method_handler(upper),
        "Double": grpc.unary_unary_rpc_method_handler(double, request_deserializer=int, response_serializer=encoded),
    }
    server = Server(bind="127.0.0.1:0")
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("by.Hand", handlers),))
    async with server, aio.insecure_channel(server.address) as channel:
        assert await channel.unary_unary("/by.Hand/Upper")(b"one", timeout=WAIT) == b"ONE"
        assert await channel.unary_unary("/by.Hand/Double")(b"21", timeout=WAIT) == b"42"
        with pytest.raises(grpc.RpcError) as raised:
            await channel.unary_unary("/by.Hand/Double")(b"none", timeout=WAIT)
        assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_two_servicers_of_a_service() -> None:
    """Both are named."""
    with pytest.raises(ValueError, match=r"/helloworld.Greeter/SayHello has two handlers, .*:Greeter.SayHello \(.*and"):
        Server(grpcio_examples.greeter, grpcio_aio_examples.greeter)
    server = Server(grpcio_examples.greeter)
    with pytest.raises(ValueError, match="has two handlers"):
        hello_grpc.add_GreeterServicer_to_server(grpcio_aio_examples.Greeter(), server)
    guide_grpc.add_RouteGuideServicer_to_server(grpcio_aio_examples.RouteGuideServicer(), server)
    assert server.table.count("Greeter.") == 4


def test_a_descriptor_takes_the_place_of_generated_code() -> None:
    """Only the methods that the class has are served."""
    with Client(descriptor_servicer) as client:
        items = [orders_pb2.Item(value=3), orders_pb2.Item(value=4)]
        assert client.call("AddUp", items).messages == [orders_pb2.Total(value=7)]
        with pytest.raises(NotImplementedError):
            client.call("/orders.Orders/Get")


def test_grpcio_is_not_needed(tmp_path: Path) -> None:
    """Nor imported."""
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        "sys.modules['grpc'] = None  # as if it was not installed\n"
        "import descriptor_servicer\n"
        "from orders_pb2 import Item\n"
        "from spikard.grpc.testing import Client\n"
        "with Client(descriptor_servicer) as client:\n"
        "    print(client.call('AddUp', [Item(value=3)]).messages[0].value)\n"
    )
    done = subprocess.run(
        [sys.executable, str(program)], cwd=HANDLERS, capture_output=True, text=True, timeout=WAIT, check=False,
        env={"PYTHONPATH": f"{HANDLERS}:{MESSAGES}"},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("3\n", "")


def test_types_are_imported_without_those_of_servicers() -> None:
    """A program that has none does not pay for them."""
    program = "import sys, spikard.grpc; print([name for name in sys.modules if '_servicer' in name])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, timeout=WAIT, check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"


def test_buffered() -> None:
    """The method runs once all messages are there, within the limits, or not at all."""
    seen: list[list[str]] = []

    class Greeter(grpcio_examples.Greeter):
        def SayHelloStreamRequest(self, request_iterator: Any, context: Any) -> Any:
            first = next(request_iterator)
            seen.append([first.name, *(request.name for request in request_iterator)])
            context.set_trailing_metadata([("x-count", "2")])
            return helloworld_pb2.HelloReply(message="done")

    class AsyncGreeter(grpcio_aio_examples.Greeter):
        async def SayHelloStreamRequest(self, request_iterator: Any, context: Any) -> Any:
            first = await context.read()
            seen.append([first.name, *[request.name async for request in request_iterator]])
            context.set_trailing_metadata([("x-count", "2")])
            return helloworld_pb2.HelloReply(message="done")

    requests = [helloworld_pb2.HelloRequest(name=name) for name in ("a", "b")]
    for greeter in (Greeter(), AsyncGreeter()):
        with Client(servicer(greeter, buffered=True, max_messages=2)) as client:
            response = client.call(greeter.SayHelloStreamRequest, requests)
            assert (response.payload.message, response.trailers) == ("done", {"x-count": "2"})
            with pytest.raises(MemoryError, match="max_messages = 2"):
                client.call(greeter.SayHelloStreamRequest, [*requests, *requests])
            with client.stream(greeter.SayHelloStreamRequest) as call:
                call.send(requests[0])
            client.call(greeter.SayHello, requests[0])
    assert seen == [["a", "b"], ["a", "b"]]


class Bare:
    """No base, and a method of the service."""

    def SayHello(self, request: Any, context: Any) -> Any:
        return helloworld_pb2.HelloReply(message=request.name)


def test_a_class_without_a_base() -> None:
    """The generated function says what it has; the methods that it lacks are the class's own fault."""

    class Whole(Bare):
        SayHelloStreamReply = SayHelloStreamRequest = SayHelloBidiStream = Bare.SayHello

    with Client(servicer(Whole(), service=hello_grpc.add_GreeterServicer_to_server)) as client:
        assert client.call("SayHello", helloworld_pb2.HelloRequest(name="you")).payload.message == "you"


def test_methods_that_are_not_there_yet() -> None:
    """Those of the generated base."""
    nothing = servicer(hello_grpc.GreeterServicer())
    with Client(nothing) as client:
        for name in ("SayHello", "SayHelloStreamReply", "SayHelloStreamRequest", "SayHelloBidiStream"):
            with pytest.raises(NotImplementedError, match="Method not implemented!"):
                client.call(name, helloworld_pb2.HelloRequest())


@pytest.mark.asyncio
async def test_the_services_of_grpcio() -> None:
    """Its health and reflection are servicers as well."""
    server = Server(bind="127.0.0.1:0", health=False)
    hello_grpc.add_GreeterServicer_to_server(grpcio_aio_examples.Greeter(), server)
    checks: Any = health.HealthServicer()
    health_grpc: Any = health_pb2_grpc
    health_grpc.add_HealthServicer_to_server(checks, server)
    checks.set("orders", health_pb2.HealthCheckResponse.NOT_SERVING)
    names = ["helloworld.Greeter"]
    enable: Any = reflection.enable_server_reflection
    enable(names, server)

    def ask() -> tuple[list[str], Any]:
        with grpc.insecure_channel(server.address) as channel:
            database: Any = ProtoReflectionDescriptorDatabase(channel)
            request = health_pb2.HealthCheckRequest(service="orders")
            return list(database.get_services()), health_grpc.HealthStub(channel).Check(request, timeout=WAIT).status

    async with server:
        assert await asyncio.to_thread(ask) == (names, health_pb2.HealthCheckResponse.NOT_SERVING)


@pytest.mark.parametrize("module", ["grpcio_examples", "grpcio_aio_examples"])
def test_who_calls_over_mutual_tls(module: str, tmp_path: Path) -> None:
    """The names in the client's certificate, as grpcio tells them."""
    made = certificates.make(tmp_path)
    options = [
        *("--tls-cert", str(made.file("server.pem")), "--tls-key", str(made.file("server.key"))),
        *("--tls-client-ca", str(made.file("ca.pem"))),
    ]
    files = [made.file(name).read_bytes() for name in ("ca.pem", "client.key", "client.pem")]
    with (
        serving(f"{module}:greeter", *options) as served,
        grpc.secure_channel(served.address, grpc.ssl_channel_credentials(*files)) as channel,
    ):
        said = channel.unary_unary(SAY_HELLO)(helloworld_pb2.HelloRequest(name="identity").SerializeToString())
    reply = helloworld_pb2.HelloReply.FromString(said).message
    assert reply == "('x509_subject_alternative_name', [b'localhost', b'127.0.0.1'], [b'client'], True)"


def test_a_client_of_ipv6() -> None:
    """Its address is a URI's."""
    with serving("grpcio_examples:greeter", bind="[::1]:0") as served:
        assert re.fullmatch(r"ipv6:%5B::1%5D:\d+", hello(served.address, "peer"))


def test_a_client_of_a_unix_socket(tmp_path: Path) -> None:
    """Has no address."""
    socket = tmp_path / "s.sock"
    with serving("grpcio_examples:greeter", "--uds", str(socket), bind=""):
        options = [("grpc.default_authority", "localhost")]
        assert hello(f"unix:{socket}", "peer", options=options) == "unix:"
