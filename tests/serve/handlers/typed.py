"""What a type checker must accept, and what it must refuse: each line marked ``# refused`` is an error.

Not run: test_typing.py has it checked. It is one file, and long, because starting a type checker takes longer than
checking it.
"""

from array import array
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pyarrow as pa

from spikard.grpc import (
    AnyRequest,
    AnyResponse,
    BytesLike,
    DefNext,
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
    Next,
    Server,
    StatusCode,
    grpc_stream,
    health,
    register_codec,
    serve,
)
from spikard.grpc import GrpcReqest as Misspelled  # noqa: F401  # refused
from spikard.grpc.testing import AsyncClient, Client


@grpc_stream(service="shop.Shop", max_messages=1, max_bytes="8MiB", timeout=timedelta(seconds=1), idle_timeout=0.5)
async def unary(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(request.payload, metadata={"x-a": "1"}, trailers=[("x-b-bin", b"1")])


@grpc_stream(service="shop.Shop")
async def parts(request: GrpcRequest) -> GrpcResponse[BytesLike]:
    return GrpcResponse([b"header", bytearray(request.payload), memoryview(b"body")])


@grpc_stream(service="shop.Shop")
async def buffers(request: GrpcDuplexRequest) -> AsyncIterator[BytesLike]:
    async for message in request.messages:
        yield array("B", message)
        yield message, bytearray(message)


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


@grpc_stream(service="shop.Orders")
def summarise(request: GrpcClientStreamRequest[pa.RecordBatch]) -> GrpcResponse[Total]:
    batch: pa.RecordBatch = request.messages
    return GrpcResponse(Total(value=batch.num_rows + request.messages.column("value").null_count))


@grpc_stream(service="shop.Orders")
async def head(request: GrpcBidiStreamRequest[pa.Table]) -> GrpcBidiStreamResponse[pa.Table]:
    return GrpcBidiStreamResponse(request.messages.slice(0, 1), trailers={"x-a": "1"})


@grpc_stream(service="shop.Orders")
async def dump(request: GrpcRequest[Item]) -> AsyncIterator[pa.RecordBatch]:
    yield pa.record_batch({"name": [request.payload.name]})


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
    batch = pa.record_batch({"value": [1]})
    table: pa.Table = pa.Table.from_batches([batch])
    summarised: GrpcResponse[Total] = client.call(summarise, batch)
    first: pa.Table = client.call(head, table).messages
    dumped: pa.RecordBatch = client.call(dump, Item()).messages
    first_too: pa.Table = (await head(GrpcBidiStreamRequest(table, metadata={"x-a": "1"}))).messages
    print(summarised, first, dumped, first_too, summarise(GrpcClientStreamRequest(batch)))
    GrpcError.invalid("messages[0].name", "must not be empty")
    GrpcError.invalid({"messages[0].name": "must not be empty"})
    GrpcError(StatusCode.NOT_FOUND, "no item", details=[Item()])


class Resources:
    database = "shop"


@asynccontextmanager
async def resources() -> AsyncGenerator[Resources]:
    health.set("shop.Orders", serving=False)
    yield Resources()


async def work() -> None:
    pass


async def authenticate(request: AnyRequest, call_next: Next) -> AnyResponse:
    if request.metadata.get("x-user") is None:
        raise GrpcError("UNAUTHENTICATED")
    response = await call_next(request)
    response.metadata["x-user"] = request.method_name
    return response


def in_its_thread(request: AnyRequest, call_next: DefNext) -> AnyResponse:
    return call_next(request)


async def of_streams(request: GrpcDuplexRequest, call_next: Next) -> GrpcDuplexResponse:
    response = await call_next(request)
    assert isinstance(response, GrpcDuplexResponse)
    return response


@grpc_stream(service="shop.Stateful", middleware=[authenticate])
async def stateful(request: GrpcRequest[Item, Resources]) -> GrpcResponse[Item]:
    database: str = request.state.database
    request.call.spawn(work())
    request.call.on_end(lambda: None)
    return GrpcResponse(Item(f"{database} {request.payload.name} {request.call.cancelled_by}"))


@grpc_stream(service="shop.Stateful")
def stateful_in_thread(request: GrpcRequest[bytes, Resources]) -> GrpcResponse:
    request.call.raise_if_cancelled()
    return GrpcResponse(request.payload + request.state.database.encode())


@grpc_stream(service="shop.Stateful")
async def stateful_stream(request: GrpcDuplexRequest[Item, Resources]) -> AsyncIterator[Item]:
    async for item in request.messages:
        yield Item(item.name + request.state.database)


async def around(client: AsyncClient) -> None:
    one: Item = (await client.call(stateful, Item("a"))).payload
    many: list[Item] = (await client.call(stateful_stream, [Item("a")])).messages
    called = await stateful(GrpcRequest(Item("a"), state=Resources()))
    empty = stateful_in_thread(GrpcRequest(state=Resources()))
    async with Server(
        stateful,
        lifespan=resources,
        middleware=[authenticate, in_its_thread, of_streams, "auth:authenticate"],
        exceptions={KeyError: StatusCode.NOT_FOUND},
    ) as server:
        await server.stop()
    print(one, many, called.payload.name, empty.payload)


@grpc_stream(service="shop.Stateful")
async def wrong_state(request: GrpcRequest[bytes, Resources]) -> GrpcResponse:
    number: int = request.state.database  # refused
    request.state.databse  # refused
    request.call.spawn(work)  # refused
    request.call.on_end(7)  # refused
    return GrpcResponse(number)  # refused


async def hasty(request: AnyRequest, call_next: Next) -> AnyResponse:
    return call_next(request)  # refused


async def wrong_middleware(client: Client) -> None:
    await stateful(GrpcRequest(Item("a"), state="shop"))  # refused
    Server(stateful, middleware=authenticate)  # refused
    Server(stateful, middleware=[work])  # refused
    Server(stateful, lifespan=work)  # refused
    Server(stateful, exceptions={KeyError: 1.5})  # refused
    health.set("shop.Orders", False)  # refused


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


@grpc_stream(service="shop.Orders")
def wrong_column(request: GrpcClientStreamRequest[pa.RecordBatch]) -> GrpcResponse[Total]:
    return GrpcResponse(Total(value=request.messages[0].value))  # refused


@grpc_stream(service="shop.Orders")
def wrong_columns(request: GrpcBidiStreamRequest[pa.Table]) -> GrpcBidiStreamResponse[pa.RecordBatch]:
    return GrpcBidiStreamResponse(request.messages)  # refused


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
    texts: GrpcResponse[BytesLike] = GrpcResponse([b"one", "two"])  # noqa: F841  # refused
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
