"""Handlers that show what a server does with them."""

import asyncio
import builtins
import contextvars
import enum
import importlib
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    StatusCode,
    grpc_stream,
)

SERVICE = "probes.Probes"
RUNS: Counter[str] = Counter()
WHO: contextvars.ContextVar[bytes] = contextvars.ContextVar("WHO", default=b"nobody")


class BrokenError(Exception):
    """An exception without a row."""


class CallerError(ValueError):
    """A subclass of one with a row."""


class ForeignCode(enum.Enum):
    """As that of grpcio."""

    NOT_FOUND = (5, "not found")


def grouped(*errors: Exception) -> BaseException:
    """As an `asyncio.TaskGroup` raises them."""
    kind: Any = getattr(builtins, "ExceptionGroup", None) or importlib.import_module("exceptiongroup").ExceptionGroup
    group: BaseException = kind("a secret", errors)
    return group


RAISED: dict[str, BaseException] = {
    "ValueError": ValueError("that value"),
    "CallerError": CallerError("that caller"),
    "PermissionError": PermissionError("not you"),
    "NotImplementedError": NotImplementedError("not yet"),
    "MemoryError": MemoryError("that much"),
    "RuntimeError": RuntimeError("that state"),
    "RecursionError": RecursionError("a secret"),
    "BrokenError": BrokenError("a secret"),
    "GrpcError": GrpcError(StatusCode.NOT_FOUND, "no record 7 東京", metadata={"x-record": "7"}),
    "GrpcErrorByName": GrpcError("NOT_FOUND", "by name"),
    "GrpcErrorOfGrpcio": GrpcError(ForeignCode.NOT_FOUND, "of grpcio"),
    "GrpcErrorUnsent": GrpcError(StatusCode.NOT_FOUND, "its code", metadata={"x-name": "Jürgen", "x-record": "7"}),
    "Group": grouped(GrpcError(StatusCode.NOT_FOUND, "no record 7", metadata={"x-record": "7"})),
    "GroupOfTwo": grouped(ValueError("a secret"), PermissionError("another")),
    "PermissionErrorOfOpen": PermissionError(13, "Permission denied", "/srv/signing.key"),
    "TimeoutError": TimeoutError("too slow"),
    "CancelledError": asyncio.CancelledError(),
    "SystemExit": SystemExit(3),
    "KeyboardInterrupt": KeyboardInterrupt("a secret"),
}


@grpc_stream(service=SERVICE)
async def echo(request: GrpcRequest) -> GrpcResponse:
    """Answer with the message, and with the metadata whose keys begin with ``x-``."""
    pairs = [(key, value) for key, value in request.metadata.pairs() if key.startswith("x-")]
    return GrpcResponse(request.payload, metadata=pairs, trailers=pairs)


@grpc_stream(service=SERVICE)
def echo_in_thread(request: GrpcRequest) -> GrpcResponse:
    """Answer with the message and the name of the thread."""
    return GrpcResponse(request.payload, metadata={"x-thread": threading.current_thread().name})


@grpc_stream(service=SERVICE)
async def times(request: GrpcRequest) -> GrpcServerStreamResponse:
    """Answer with so many messages."""
    return GrpcServerStreamResponse([str(number).encode() for number in range(int(request.payload))])


@grpc_stream(service=SERVICE, max_messages=5, max_message_bytes=100, max_bytes="200B")
async def join(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Join a few small messages."""
    RUNS["join"] += 1
    return GrpcResponse(b"".join(request.messages))


@grpc_stream(service=SERVICE)
async def reverse(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    """Answer with the messages, the last first."""
    return GrpcBidiStreamResponse(request.messages[::-1])


@grpc_stream(service=SERVICE)
async def count(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Answer with so many messages, each when it is made."""
    for number in range(int(request.payload)):
        yield str(number).encode()


@grpc_stream(service=SERVICE)
async def talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Answer each message when it comes."""
    async for message in request.messages:
        yield message.upper()


@grpc_stream(service=SERVICE)
async def fail(request: GrpcRequest) -> GrpcResponse:
    """Raise what the message names."""
    raise RAISED[request.payload.decode()]


@grpc_stream(service=SERVICE)
def fail_in_thread(request: GrpcRequest) -> GrpcResponse:
    """Raise likewise, in a thread."""
    raise RAISED[request.payload.decode()]


@grpc_stream(service=SERVICE)
async def leave(request: GrpcRequest) -> GrpcResponse:
    """End the program, or try to."""
    sys.exit(request.payload.decode())


@grpc_stream(service=SERVICE)
async def leave_from_task(request: GrpcRequest) -> GrpcResponse:
    """Try to end the program from a task of its own."""

    async def leave() -> None:
        raise SystemExit(4)

    task = asyncio.get_running_loop().create_task(leave())
    await asyncio.wait([task])
    return GrpcResponse(b"still here")


@grpc_stream(service=SERVICE)
async def returns_none(request: GrpcRequest) -> GrpcResponse:
    """Forget the answer."""
    return None  # type: ignore[return-value]


@grpc_stream(service=SERVICE)
async def deadline(request: GrpcRequest) -> GrpcResponse:
    """Answer with the milliseconds that are left."""
    left = request.call.time_remaining()
    return GrpcResponse(b"none" if left is None else str(round(left * 1000)).encode())


@grpc_stream(service=SERVICE)
async def hang(request: GrpcRequest) -> GrpcResponse:
    """Wait for what never comes, and count."""
    label = request.payload.decode()
    RUNS[label] += 1
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        RUNS[f"{label}-cancelled"] += 1
        raise
    raise AssertionError("nobody sets this future")


@grpc_stream(service=SERVICE, timeout="50ms")
async def short(request: GrpcRequest) -> GrpcResponse:
    """Take longer than the method may."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody sets this future")


@grpc_stream(service=SERVICE)
async def runs(request: GrpcRequest) -> GrpcResponse:
    """Answer how often something ran."""
    return GrpcResponse(str(RUNS[request.payload.decode()]).encode())


@grpc_stream(service=SERVICE)
async def hold(request: GrpcRequest) -> GrpcResponse:
    """Hold the event loop for so many seconds."""
    time.sleep(float(request.payload))  # noqa: ASYNC251 - the point
    return GrpcResponse()


@grpc_stream(service=SERVICE)
def block(request: GrpcRequest) -> GrpcResponse:
    """Block a thread for good."""
    RUNS["block"] += 1
    threading.Event().wait()
    raise AssertionError("nobody sets this event")


@grpc_stream(service=SERVICE)
async def context(request: GrpcRequest) -> GrpcResponse:
    """Set a context variable, let others run, and answer with what it is and was."""
    before = WHO.get()
    WHO.set(request.payload)
    await asyncio.sleep(0)
    return GrpcResponse(before + b" " + WHO.get())


@grpc_stream(service=SERVICE)
def context_in_thread(request: GrpcRequest) -> GrpcResponse:
    """Do likewise in a thread."""
    before = WHO.get()
    WHO.set(request.payload)
    return GrpcResponse(before + b" " + WHO.get())


@grpc_stream(service=SERVICE)
async def peer(request: GrpcRequest) -> GrpcResponse:
    """Answer with the address of the client."""
    return GrpcResponse(str(request.call.peer).encode())


@grpc_stream(service=SERVICE)
async def pid(request: GrpcRequest) -> GrpcResponse:
    """Answer with the process."""
    return GrpcResponse(str(os.getpid()).encode())


@grpc_stream(service=SERVICE)
async def record(request: GrpcRequest) -> GrpcResponse:
    """Write the message to the file of the test, then answer."""
    with open(os.environ["PROBES_RECORD"], "ab", buffering=0) as file:  # noqa: ASYNC230 - a line of a few bytes
        await asyncio.sleep(0.002)
        file.write(request.payload + b"\n")
    return GrpcResponse(request.payload)
