"""grpc.aio and pygrpc-native's aio server, with the code that grpcio-tools generates."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import uvloop
from bench_pb2 import Item, Total
from bench_pb2_grpc import BenchServicer, add_BenchServicer_to_server


class Bench(BenchServicer):
    async def Sum(self, request_iterator: AsyncIterator[Item], context: Any) -> Total:  # noqa: N802
        total = Total()
        async for item in request_iterator:
            total.items += 1
            total.sum += item.value
        return total

    async def Echo(self, request_iterator: AsyncIterator[Item], context: Any) -> AsyncIterator[Item]:  # noqa: N802
        for item in [item async for item in request_iterator]:
            yield item

    async def Get(self, request: Item, context: Any) -> Total:  # noqa: N802
        return Total(items=1, sum=request.value)


class RawBench:
    """The same without protobuf for the messages of a stream: only what grpc itself costs."""

    async def sum(self, request_iterator: AsyncIterator[bytes], context: Any) -> bytes:
        messages = [message async for message in request_iterator]
        return Total(items=len(messages), sum=sum(map(len, messages))).SerializeToString()

    async def echo(self, request_iterator: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        for message in [message async for message in request_iterator]:
            yield message

    async def get(self, request: bytes, context: Any) -> bytes:
        return Total(items=1, sum=len(request)).SerializeToString()


def add_raw(server: Any) -> None:
    raw = RawBench()
    handlers = {
        "Sum": grpc.stream_unary_rpc_method_handler(raw.sum),
        "Echo": grpc.stream_stream_rpc_method_handler(raw.echo),
        "Get": grpc.unary_unary_rpc_method_handler(raw.get),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Bench", handlers),))


async def main(arguments: argparse.Namespace) -> None:
    if arguments.native:
        import pygrpc_native.aio

        server = pygrpc_native.aio.server()
    else:
        import grpc.aio

        server = grpc.aio.server()
    if arguments.raw:
        add_raw(server)
    else:
        add_BenchServicer_to_server(Bench(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"PORT {port}", flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--native", action="store_true", help="pygrpc-native instead of grpc.aio")
    parser.add_argument("--raw", action="store_true", help="bytes instead of protobuf messages")
    parsed = parser.parse_args()
    run = uvloop.run if parsed.uvloop else asyncio.run
    run(main(parsed))
