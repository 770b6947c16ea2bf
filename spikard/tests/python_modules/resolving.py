"""Things to be found, or not."""

from __future__ import annotations

import asyncio
import builtins

from spikard.grpc import GrpcRequest, GrpcResponse

number = 7


class Shop:
    instance: Shop

    async def buy(self, request: GrpcRequest) -> GrpcResponse:
        return GrpcResponse()


Shop.instance = Shop()


async def make() -> object:
    async def handler(request: GrpcRequest) -> GrpcResponse:
        return GrpcResponse()

    return handler


made_by_a_loop = asyncio.run(make())


async def broken_imports(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(payload=str(getattr(builtins, "broken_imports", 0)).encode())
