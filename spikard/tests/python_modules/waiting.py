"""Handlers that wait, and one that tells what became of them."""

from __future__ import annotations

import asyncio
import gc
import threading
import time

from spikard.grpc import GrpcRequest, GrpcResponse

events: list[str] = []
released = threading.Event()


async def forever(request: GrpcRequest) -> GrpcResponse:
    name = request.payload.decode()
    events.append(f"{name} started")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        events.append(f"{name} cancelled")
        raise
    finally:
        await asyncio.sleep(0)
        events.append(f"{name} finally")
    return GrpcResponse()


async def stubborn(request: GrpcRequest) -> GrpcResponse:
    """Takes no for an answer only once."""
    name = request.payload.decode()
    events.append(f"{name} started")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        events.append(f"{name} went on")
    return GrpcResponse(payload=b"too late")


def blocking(request: GrpcRequest) -> GrpcResponse:
    name = request.payload.decode()
    events.append(f"{name} started")
    released.wait()
    events.append(f"{name} ended")
    return GrpcResponse()


async def release(request: GrpcRequest) -> GrpcResponse:
    released.set()
    return GrpcResponse()


async def what_happened(request: GrpcRequest) -> GrpcResponse:
    """The events of one name, without the name."""
    name = f"{request.payload.decode()} "
    return GrpcResponse(payload=", ".join(event[len(name) :] for event in events if event.startswith(name)).encode())


async def tasks(request: GrpcRequest) -> GrpcResponse:
    """How many tasks there are beside this one."""
    gc.collect()
    return GrpcResponse(payload=str(len(asyncio.all_tasks()) - 1).encode())


async def napping(request: GrpcRequest) -> GrpcResponse:
    await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)
    return GrpcResponse(payload=request.payload)


def handed_over(request: GrpcRequest) -> object:
    """A def that returns an awaitable, as a decorator without functools.wraps makes one."""
    return forever(request)


def handed_over_answer(request: GrpcRequest) -> object:
    return napping(request)


async def deadline(request: GrpcRequest) -> GrpcResponse:
    remaining = request.call.time_remaining()
    assert remaining is not None
    assert request.call.deadline is not None
    assert 0 < request.call.deadline - time.monotonic() <= remaining
    return GrpcResponse(payload=str(round(remaining)).encode())
