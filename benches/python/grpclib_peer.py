"""grpclib on uvloop."""

from __future__ import annotations

from typing import Any

import uvloop
from bench_pb2 import Item, Total
from grpclib.const import Cardinality, Handler
from grpclib.server import Server


class Bench:
    async def sum(self, stream: Any) -> None:
        total = Total()
        async for item in stream:
            total.items += 1
            total.sum += item.value
        await stream.send_message(total)

    async def echo(self, stream: Any) -> None:
        for item in [item async for item in stream]:
            await stream.send_message(item)

    async def get(self, stream: Any) -> None:
        item = await stream.recv_message()
        await stream.send_message(Total(items=1, sum=item.value))

    def __mapping__(self) -> dict[str, Handler]:
        return {
            "/bench.Bench/Sum": Handler(self.sum, Cardinality.STREAM_UNARY, Item, Total),
            "/bench.Bench/Echo": Handler(self.echo, Cardinality.STREAM_STREAM, Item, Item),
            "/bench.Bench/Get": Handler(self.get, Cardinality.UNARY_UNARY, Item, Total),
        }


async def main() -> None:
    server = Server([Bench()])
    await server.start("127.0.0.1", 0)
    port = server._server.sockets[0].getsockname()[1]
    print(f"PORT {port}", flush=True)
    await server.wait_closed()


if __name__ == "__main__":
    uvloop.run(main())
