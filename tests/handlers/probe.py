"""The Python side of the service in ../src/probe.rs, method by method."""

import asyncio
import sys
import threading
from collections import Counter, defaultdict

import spikard
import spikard.grpc
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcRequest,
    GrpcResponse,
)

RUNS: Counter[str] = Counter()
JOINED: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)


async def echo(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    """Answer with the messages and the metadata of the request."""
    response = GrpcBidiStreamResponse(messages=request.messages)
    for key in request.metadata:
        if key.startswith("x-"):
            trailer = key.startswith("x-trailer-")
            target = response.trailers if trailer else response.metadata
            for value in request.metadata.get_all(key):
                target.add(key, value)
    return response


async def join(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Join the raw messages, which joins their texts: protobuf keeps the last of a field."""
    label = request.metadata.get("x-label", "")
    RUNS[label] += 1
    JOINED[label].set()
    return GrpcResponse(payload=b"".join(request.messages))


async def runs(request: GrpcRequest) -> GrpcResponse:
    """Answer how often `join` ran under a label."""
    count = str(RUNS[request.metadata.get("x-label", "")]).encode()
    return GrpcResponse(payload=b"\x0a" + bytes([len(count)]) + count)


async def wait(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Wait until `join` has run under a label."""
    label = request.metadata.get("x-label", "")
    RUNS[f"{label}-waiting"] += 1
    await JOINED[label].wait()
    return GrpcResponse()


def block(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Block a thread."""
    RUNS[request.metadata.get("x-label", "")] += 1
    threading.Event().wait()
    raise AssertionError("nobody sets this event")


async def hang(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Wait for what never comes, and count how often that was cut short."""
    label = request.metadata.get("x-label", "")
    RUNS[label] += 1
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        RUNS[f"{label}-cancelled"] += 1
        raise
    raise AssertionError("nobody sets this event")


async def fail(request: GrpcBidiStreamRequest) -> object:
    """Fail in the way that the one text names."""
    how = text_of(request.messages[0])
    if how in RETURNS:
        return RETURNS[how]
    if how == "status":
        raise spikard.grpc.GrpcError(
            spikard.grpc.StatusCode.NOT_FOUND,
            "no such thing: 東京 100%\n",
            metadata=[("x-why", "first"), ("x-why", "second"), ("x-raw-bin", b"\x00\xff")],
        )
    raise FAILURES[how]


def fail_without_async(request: GrpcBidiStreamRequest) -> object:
    """Fail likewise, in a thread."""
    how = text_of(request.messages[0])
    if how in RETURNS:
        return RETURNS[how]
    raise FAILURES[how]


RETURNS: dict[str, object] = {
    "returns None": None,
    "returns bytes": b"bytes",
    "returns a list": [b"bytes"],
    "returns another kind of response": GrpcResponse(payload=b"payload"),
    "returns messages that are not bytes": GrpcBidiStreamResponse(messages=["text"]),
}

FAILURES: dict[str, BaseException] = {
    "ValueError": ValueError("that value"),
    "UnicodeDecodeError": UnicodeDecodeError("utf-8", b"\xff", 0, 1, "that byte"),
    "PermissionError": PermissionError("not you"),
    "NotImplementedError": NotImplementedError("not yet"),
    "MemoryError": MemoryError("that much"),
    "RuntimeError": RuntimeError("that state"),
    "RecursionError": RecursionError("a secret"),
    "ZeroDivisionError": ZeroDivisionError("a secret"),
    "SystemExit": SystemExit(3),
    "KeyboardInterrupt": KeyboardInterrupt("a secret"),
    "GeneratorExit": GeneratorExit("a secret"),
    "BaseException": BaseException("a secret"),
    "StopIteration": StopIteration("a secret"),
    "StopAsyncIteration": StopAsyncIteration("a secret"),
    "CancelledError": asyncio.CancelledError(),
}


async def types(request: GrpcRequest) -> GrpcResponse:
    """Tell where the package comes from, if there is one set of types."""
    modules = [module for name, module in sys.modules.items() if name == "spikard.grpc"]
    if modules != [spikard.grpc] or type(request) is not spikard.grpc.GrpcRequest:
        raise RuntimeError(f"two sets of types: {modules}, {type(request)}")
    answer = str(spikard.__file__).encode()
    return GrpcResponse(payload=answer)


def text_of(message: bytes) -> str:
    """Decode a `Text` of at most 127 bytes: these handlers do without protobuf."""
    return message[2:].decode()
