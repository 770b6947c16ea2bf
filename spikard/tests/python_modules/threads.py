"""Handlers about threads, bursts and context variables."""

from __future__ import annotations

import asyncio
import contextvars
import threading

from spikard.grpc import GrpcRequest, GrpcResponse

mine: contextvars.ContextVar[str] = contextvars.ContextVar("mine", default="unset")
party = threading.Barrier(4)
meeting: list[asyncio.Future[None]] = []


async def context(request: GrpcRequest) -> GrpcResponse:
    before = mine.get()
    mine.set(request.payload.decode())
    await asyncio.sleep(0)
    return GrpcResponse(payload=f"{before}, {mine.get()}".encode())


def context_in_a_thread(request: GrpcRequest) -> GrpcResponse:
    before = mine.get()
    mine.set(request.payload.decode())
    return GrpcResponse(payload=f"{before}, {mine.get()}".encode())


def meets_three_others(request: GrpcRequest) -> GrpcResponse:
    """Returns once four calls are inside at the same time."""
    party.wait()
    return GrpcResponse()


def name_of_thread(request: GrpcRequest) -> GrpcResponse:
    thread = threading.current_thread()
    return GrpcResponse(payload=f"{thread.name.rpartition('-')[0]} {thread.daemon}".encode())


async def loop_thread(request: GrpcRequest) -> GrpcResponse:
    is_main = threading.current_thread() is threading.main_thread()
    return GrpcResponse(payload=f"{is_main} {type(asyncio.get_running_loop()).__module__}".encode())


async def meets_many(request: GrpcRequest) -> GrpcResponse:
    """Returns once as many calls as the payload says are inside at the same time."""
    arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    meeting.append(arrived)
    if len(meeting) == int(request.payload):
        for future in meeting:
            future.set_result(None)
        meeting.clear()
    await arrived
    return GrpcResponse(payload=request.payload)


hold = threading.Event()
release_held = threading.Event()


def held(request: GrpcRequest) -> GrpcResponse:
    hold.set()
    release_held.wait()
    return GrpcResponse()


def is_held(request: GrpcRequest) -> GrpcResponse:
    hold.wait()
    return GrpcResponse(payload=b"yes")


async def let_go(request: GrpcRequest) -> GrpcResponse:
    release_held.set()
    return GrpcResponse()
