"""Handlers whose calls find no task, as when memory is short."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from spikard._runtime import loop as runtime
from spikard.grpc import GrpcRequest, GrpcResponse

_new_task = runtime._new_task


def _lose(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, None], name: str) -> Any:
    if name == "losing:no_memory":
        raise MemoryError
    if name == "losing:lost":
        coroutine.close()
        lost = loop.create_future()
        lost.set_result(None)
        return lost
    return _new_task(loop, coroutine, name)


runtime._new_task = _lose


async def no_memory(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse()


async def lost(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse()
