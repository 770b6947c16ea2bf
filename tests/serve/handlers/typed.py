"""What a type checker must accept, and what it must refuse: each line marked ``# refused`` is an error.

Not run: test_typing.py has it checked.
"""

from collections.abc import Awaitable
from datetime import timedelta

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    Kind,
    Server,
    StatusCode,
    grpc_stream,
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
    GrpcResponse("text")  # refused
    GrpcResponse(messages=[b"one"])  # refused
    GrpcBidiStreamResponse([GrpcResponse()])  # refused
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
    print(wrong)


async def refused_too(client: AsyncClient) -> None:
    forgotten: GrpcResponse = client.call(unary, b"one")  # refused
    with Server(unary):  # refused
        pass
    print(forgotten)
