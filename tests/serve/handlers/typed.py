"""What a type checker must accept, and what it must refuse: each line marked ``# refused`` is an error.

Not run: test_typing.py has it checked.
"""

from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import timedelta

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
    Kind,
    Server,
    StatusCode,
    grpc_stream,
    register_codec,
    serve,
)
from spikard.grpc import GrpcReqest as Misspelled  # noqa: F401  # refused
from spikard.grpc.testing import AsyncClient, Client


@grpc_stream(service="shop.Shop", max_messages=1, max_bytes="8MiB", timeout=timedelta(seconds=1), idle_timeout=0.5)
async def unary(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(request.payload, metadata={"x-a": "1"}, trailers=[("x-b-bin", b"1")])


@grpc_stream(service="shop.Shop")
def in_thread(request: GrpcRequest) -> GrpcServerStreamResponse:
    return GrpcServerStreamResponse([request.payload])


@grpc_stream(service="shop.Shop")
def deferred(request: GrpcClientStreamRequest) -> Awaitable[GrpcResponse]:
    return unary(GrpcRequest(request.messages[0]))


@grpc_stream(service="shop.Shop", kind=Kind.BIDIRECTIONAL)
async def bidirectional(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    return GrpcBidiStreamResponse(request.messages)


class Shop:
    @grpc_stream(service="shop.Counter")
    async def count(self, request: GrpcClientStreamRequest) -> GrpcResponse:
        return GrpcResponse(str(len(request.messages)).encode())


def accepted(client: Client) -> None:
    shop = Shop()
    one: GrpcResponse = client.call(unary, b"one", metadata={"a": "b"}, timeout="5s")
    counted: GrpcResponse = client.call(shop.count, [b"one"])
    many: GrpcServerStreamResponse = client.call(in_thread, b"one")
    both: GrpcBidiStreamResponse = client.call(bidirectional, (message for message in [b"one"]))
    print(one.payload, counted.payload, many.messages, both.messages)
    # What is decorated can be called, with its own types.
    streamed: list[bytes] = in_thread(GrpcRequest(b"one")).messages
    print(streamed)
    serve(shop, "module", unary, bind="127.0.0.1:0", max_messages=10, grace="1s", loop="asyncio", quiet=True)


async def accepted_too(client: AsyncClient) -> None:
    one: GrpcResponse = await client.call(unary, b"one")
    async with Server(unary, uds="/tmp/x", compression="gzip") as server:
        port: int = server.port
        await server.stop(1.5)
    print(one, port)


class Item:
    def __init__(self, name: str = "", value: int = 0) -> None:
        self.name, self.value = name, value

    @classmethod
    def from_bytes(cls, data: bytes) -> "Item":
        return cls(data.decode())

    def to_bytes(self) -> bytes:
        return self.name.encode()


class Total(Item):
    total = 0


class Other:
    """No message, until it is registered."""


register_codec(Other, decode=lambda data: Other(), encode=lambda other: b"", name="shop.Other")


@grpc_stream(service="shop.Orders")
async def add_up(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
    messages: Sequence[Item] = request.messages
    return GrpcResponse(Total(value=sum(item.value for item in messages)), metadata={"x-a": "1"})


@grpc_stream(service="shop.Orders")
def get(request: GrpcRequest[Item]) -> GrpcResponse[Item]:
    return GrpcResponse(Item(request.payload.name))


@grpc_stream(service="shop.Orders")
def find(request: GrpcRequest[Item]) -> GrpcServerStreamResponse[Item]:
    return GrpcServerStreamResponse([request.payload, request.payload])


@grpc_stream(service="shop.Orders")
async def convert(request: GrpcBidiStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]:
    return GrpcBidiStreamResponse(Total(item.name) for item in request.messages)


@grpc_stream(service="shop.Orders")
async def watch(request: GrpcDuplexRequest[Item]) -> AsyncIterator[Total]:
    async for item in request.messages:
        yield Total(item.name)


@grpc_stream(service="shop.Orders")
async def tail(request: GrpcRequest[Item]) -> GrpcDuplexResponse[Total]:
    return GrpcDuplexResponse([Total(request.payload.name)])


class Orders:
    @grpc_stream(service="shop.Orders")
    async def count(self, request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
        return GrpcResponse(Total(value=len(request.messages)))


async def typed(client: Client, waiting: AsyncClient) -> None:
    total: GrpcResponse[Total] = client.call(add_up, [Item("a", 1)])
    counted: GrpcResponse[Total] = client.call(Orders().count, [Item("a", 1)])
    one: Item = client.call(get, Item("a")).payload
    found: list[Item] = client.call(find, Item("a")).messages
    converted: list[Total] = (await waiting.call(convert, (Item(name) for name in "ab"))).messages
    watched: list[Total] = client.call(watch, [Item()]).messages
    tailed: list[Total] = client.call(tail, Item()).messages
    called: GrpcResponse[Total] = await add_up(GrpcClientStreamRequest([Item("a", 1)]))
    print(total.payload.total, counted, one, found, converted, watched, tailed, called)
    GrpcError.invalid("messages[0].name", "must not be empty")
    GrpcError.invalid({"messages[0].name": "must not be empty"})
    GrpcError(StatusCode.NOT_FOUND, "no item", details=[Item()])


@grpc_stream(service="shop.Orders", complete=True, max_messages=1)
class WholeOrders:
    async def count(self, request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
        return GrpcResponse(Total(value=len(request.messages)))


async def whole(client: Client) -> None:
    orders: WholeOrders = WholeOrders()
    counted: GrpcResponse[Total] = client.call(orders.count, [Item("a", 1)])
    print(counted)


@grpc_stream(service="shop.Orders", complete="yes")  # refused
class WrongSwitch:
    async def count(self, request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
        return GrpcResponse(Total(value=len(request.messages)))


@grpc_stream(service="shop.Orders")
async def wrong_message(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
    return GrpcResponse(request.messages[0])  # refused


@grpc_stream(service="shop.Orders")
async def forgotten_message(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
    return GrpcResponse()  # refused


@grpc_stream(service="shop.Orders")
async def encoded_message(request: GrpcBidiStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]:
    return GrpcBidiStreamResponse([item.to_bytes() for item in request.messages])  # refused


@grpc_stream(service="shop.Orders")
async def wrong_field(request: GrpcRequest[Item]) -> GrpcResponse[Item]:
    return GrpcResponse(Item(request.payload.price))  # refused


@grpc_stream(service="shop.Orders")
async def wrong_yield(request: GrpcDuplexRequest[Item]) -> AsyncIterator[Total]:
    async for item in request.messages:
        yield item  # refused


@grpc_stream(service="shop.Orders")  # refused
async def wrong_typed_pair(request: GrpcClientStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]:
    return GrpcBidiStreamResponse([])


async def wrong_calls(client: Client) -> None:
    client.call(add_up, [Other()])  # refused
    client.call(get, "a")  # refused
    item: Item = client.call(get, Item()).messages  # refused
    await add_up(GrpcClientStreamRequest([b""]))  # refused
    GrpcError.invalid("messages[0].name")  # refused
    register_codec(Other, decode=lambda data: Item(), encode=lambda other: b"")  # refused
    print(item)


@grpc_stream(service="shop.Shop")  # refused
async def wrong_pair(request: GrpcClientStreamRequest) -> GrpcBidiStreamResponse:
    return GrpcBidiStreamResponse(request.messages)


@grpc_stream(service="shop.Shop")  # refused
async def wrong_request(request: bytes) -> GrpcResponse:
    return GrpcResponse(request)


@grpc_stream(service="shop.Shop")  # refused
async def wrong_response(request: GrpcRequest) -> bytes:
    return request.payload


@grpc_stream(service="shop.Shop")  # refused
async def no_parameter() -> GrpcResponse:
    return GrpcResponse()


@grpc_stream(service="shop.Shop", max_mesages=1)  # refused
async def misspelled(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(request.payload)


@grpc_stream(service=7)  # refused
async def no_name(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(request.payload)


@grpc_stream(service="shop.Shop", kind="both")  # refused
async def no_kind(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(request.payload)


def refused(client: Client) -> None:
    wrong: GrpcBidiStreamResponse = client.call(unary, b"one")  # refused
    client.call(unary, "one")  # refused
    client.call(unary, [1])  # refused
    text: GrpcResponse = GrpcResponse("text")  # refused
    GrpcResponse(messages=[b"one"])  # refused
    nested: GrpcBidiStreamResponse = GrpcBidiStreamResponse([GrpcResponse()])  # refused
    GrpcRequest(b"one").messages  # refused
    GrpcClientStreamRequest([b"one"]).payload  # refused
    GrpcError("no record 7")  # refused
    GrpcError(StatusCode.NOT_FOUND, b"no")  # refused
    Server(unary, port=1)  # refused
    Server(unary, max_mesages=1)  # refused
    Server(unary, max_messages="many")  # refused
    Server(unary, loop="auto")  # refused
    Client(unary, bind="127.0.0.1:0")  # refused
    Server(unary, compression="lz4")  # refused
    serve(unary, loop="fast")  # refused
    serve(unary, bind=50051)  # refused
    print(wrong, text, nested)


async def refused_too(client: AsyncClient) -> None:
    forgotten: GrpcResponse = client.call(unary, b"one")  # refused
    with Server(unary):  # refused
        pass
    print(forgotten)
