"""Handlers of a server that drains, or whose Python is stuck."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
import time
from collections.abc import AsyncIterator

from spikard.grpc import GrpcRequest, GrpcResponse

arrived: list[str] = []
held = threading.Semaphore(0)


async def watch(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Ends by itself when the server drains, as two tasks learn."""
    yield b"yes" if request.call.is_draining() else b"no"
    other = asyncio.ensure_future(request.call.draining())
    await request.call.draining()
    await other
    yield b"yes" if request.call.is_draining() else b"no"


async def arrivals(request: GrpcRequest) -> GrpcResponse:
    """Which handlers have begun to wait."""
    return GrpcResponse(" ".join(sorted(arrived)).encode())


async def wait(request: GrpcRequest) -> GrpcResponse:
    arrived.append(request.method_name)
    await request.call.draining()
    return GrpcResponse(request.payload)


def work(request: GrpcRequest) -> GrpcResponse:
    """In a thread, between two steps of long work."""
    arrived.append(request.method_name)
    while not request.call.is_draining():
        time.sleep(0.01)
    return GrpcResponse(request.payload)


def loop_of_its_own(request: GrpcRequest) -> GrpcResponse:
    arrived.append(request.method_name)
    asyncio.run(request.call.draining())
    return GrpcResponse(request.payload)


async def gives_up(request: GrpcRequest) -> GrpcResponse:
    """Waits for a while only, and leaves nothing behind."""
    try:
        await asyncio.wait_for(request.call.draining(), 0.01)
    except asyncio.TimeoutError:
        return GrpcResponse(request.payload)
    return GrpcResponse(b"it drains")


async def copies(request: GrpcRequest) -> GrpcResponse:
    """A request crosses into other processes, and is copied."""
    elsewhere = pickle.loads(pickle.dumps(request))
    copied = copy.deepcopy(request)
    assert elsewhere == copied == request
    assert not elsewhere.call.is_draining()
    assert not copied.call.is_draining()
    return GrpcResponse(request.payload)


async def hold(request: GrpcRequest) -> GrpcResponse:
    """Holds the event loop."""
    held.acquire()
    return GrpcResponse(request.payload)


def block(request: GrpcRequest) -> GrpcResponse:
    """Takes a thread."""
    held.acquire()
    return GrpcResponse(request.payload)


def let_go(request: GrpcRequest) -> GrpcResponse:
    """As many calls as the payload says."""
    for _ in range(int(request.payload)):
        held.release()
    return GrpcResponse()


async def let_go_from_the_loop(request: GrpcRequest) -> GrpcResponse:
    return let_go(request)
