"""Handlers for when memory is short, or the interpreter held."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import AsyncIterator

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcDuplexRequest,
    GrpcRequest,
    GrpcResponse,
)

# Unlike CDLL, it keeps the interpreter while it waits.
libc = ctypes.PyDLL(None)

barriers: dict[int, threading.Barrier] = {}
lock = threading.Lock()


async def holding(request: GrpcRequest) -> GrpcResponse:
    """Lets nobody into the interpreter until there is a byte in the pipe of this descriptor."""
    fd = int(request.payload)
    libc.write(1, b"started\n", 8)
    libc.read(fd, ctypes.create_string_buffer(1), 1)
    return GrpcResponse()


def meeting(request: GrpcRequest) -> GrpcResponse:
    """Returns once as many calls as the payload says are inside at the same time."""
    parties = int(request.payload)
    with lock:
        barrier = barriers.setdefault(parties, threading.Barrier(parties, timeout=20))
    barrier.wait()
    return GrpcResponse()


async def size(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(str(len(request.payload)).encode())


def size_in_a_thread(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(str(len(request.payload)).encode())


async def sizes(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    return GrpcBidiStreamResponse([str(len(message)).encode() for message in request.messages])


async def sizes_as_they_come(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    async for message in request.messages:
        yield str(len(message)).encode()


def too_much() -> GrpcBidiStreamResponse:
    """A pebibyte, which is more than the addresses of a process reach. None of it is ever touched."""
    return GrpcBidiStreamResponse([bytes(1 << 30)] * (1 << 20))


async def too_much_on_loop(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    return too_much()


def too_much_in_a_thread(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    return too_much()
