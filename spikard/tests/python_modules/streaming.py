"""Handlers that stream, and two that tell what became of them.

One file, over 300 lines: an embedded interpreter looks handlers up by module, and these share what they saw.
"""

from __future__ import annotations

import asyncio
import builtins
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

from received import received

from spikard.grpc import (
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    StatusCode,
)

events: list[str] = []
counts: Counter[str] = Counter()
gate = asyncio.Event()
lines: list[str] = []


class Kept(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        lines.append(f"{record.levelname} {record.getMessage()}")


logging.getLogger("spikard").addHandler(Kept())


def name_of(request: GrpcRequest | GrpcDuplexRequest) -> str:
    return str(request.metadata.get("x-name", ""))


class Watched:
    """Notes how a handler ends."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        events.append(f"{self.name} started")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        events.append(f"{self.name} {kind.__name__ if kind else 'done'}")


async def echo(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    assert type(request) is GrpcDuplexRequest
    request.call.set_initial_metadata([("x-head", "a"), ("x-head", "b"), ("x-raw-bin", b"\x00\xff")])
    count = 0
    async for message in request.messages:
        assert type(message) is bytes
        count += 1
        yield message
    request.call.set_trailers({"x-count": str(count)})


async def returned(request: GrpcDuplexRequest) -> GrpcDuplexResponse:
    """Its metadata depends on the first message."""
    first = await anext(request.messages)
    response = GrpcDuplexResponse(metadata={"x-first": first.decode()}, trailers={"x-tail": "begun"})

    async def answers() -> AsyncIterator[bytes]:
        yield first
        async for message in request.messages:
            yield message
        response.trailers["x-tail"] = "ended"

    response.messages = answers()
    return response


async def count_to(request: GrpcRequest) -> AsyncIterator[bytes]:
    for number in range(int(request.payload)):
        yield str(number).encode()


async def growing(request: GrpcRequest) -> AsyncIterator[bytes]:
    for size in range(10):
        yield b"x" * size


def listed(request: GrpcRequest) -> GrpcDuplexResponse:
    """A def: it runs in a thread, and its stream on the event loop."""
    return GrpcDuplexResponse([b"a", b"b"], metadata={"x-head": "thread"})


def handed_over(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """As a decorator without functools.wraps makes one."""
    return echo(request)


async def raising(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Two messages, and then what the payload says."""
    request.call.set_trailers({"x-tail": "set"})
    yield b"one"
    yield b"two"
    await asyncio.sleep(0)
    raise_by_name(request.payload.decode())


async def raising_at_once(request: GrpcRequest) -> AsyncIterator[bytes]:
    raise_by_name(request.payload.decode())
    yield b""


def raise_by_name(name: str) -> None:
    if name == "GrpcError":
        raise GrpcError(
            StatusCode.OUT_OF_RANGE, "seven: 100 % zu groß", details=b"\x08\x0b", metadata={"x-record": "7"}
        )
    kind: Any = asyncio.CancelledError if name == "CancelledError" else getattr(builtins, name)
    raise kind(f"the text of {name}")


class Message:
    def SerializeToString(self) -> bytes:
        return b""


WRONG: dict[str, Any] = {"str": "text", "message": Message(), "none": None, "list": [b"a", 2]}


async def yielding(request: GrpcRequest) -> AsyncIterator[Any]:
    with Watched(f"yielding {request.payload.decode()}"):
        yield b"bytes"
        array = bytearray(b"array")
        yield array
        array[:] = b"spoilt"
        yield (memoryview(b"_a")[1:], array[:0], b"b")
        yield WRONG[request.payload.decode()]
        yield b"never"


async def returning(request: GrpcRequest) -> Any:
    return {"none": None, "bytes": b"raw", "response": GrpcResponse()}[request.payload.decode()]


async def wrong_metadata(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    request.call.set_initial_metadata(received(x_name="Grüße"))
    try:
        async for message in request.messages:
            yield message
    except Exception:
        yield b"swallowed"


async def wrong_trailers(request: GrpcRequest) -> AsyncIterator[bytes]:
    yield b"one"
    request.call.set_trailers(received(**{"x name": ""}))


async def too_late(request: GrpcRequest) -> AsyncIterator[bytes]:
    yield b"one"
    request.call.set_initial_metadata({"x-head": "late"})


async def buffered(request: GrpcRequest) -> GrpcResponse:
    request.call.set_trailers({"x-tail": "lost"})
    return GrpcResponse()


async def generator_for_one(request: GrpcRequest) -> AsyncIterator[bytes]:
    yield b""


def def_generator(request: GrpcDuplexRequest) -> Iterator[bytes]:
    """Runs in a thread."""
    for message in request.messages:
        yield message + message


async def waiting(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Waits for a message that does not come."""
    with Watched(name_of(request)):
        async for message in request.messages:
            yield message
            if message == b"leave":
                break


async def silent(request: GrpcRequest) -> AsyncIterator[bytes]:
    with Watched(name_of(request)):
        await asyncio.Event().wait()
        yield b""


async def endless(request: GrpcRequest) -> AsyncIterator[bytes]:
    name = name_of(request)
    with Watched(name):
        while True:
            counts[name] += 1
            yield b"x" * int(request.payload)


async def flood(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Answers the first message without end."""
    with Watched("flood"):
        size = int(await anext(request.messages))
        while True:
            counts["flood"] += 1
            yield b"x" * size


async def gated(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Reads one message, and the rest when the gate is open; answers with their number."""
    name = name_of(request)
    yield b"begun"
    async for _ in request.messages:
        counts[name] += 1
        await gate.wait()
    yield str(counts[name]).encode()


async def limited(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Sees what is wrong with the stream, and goes on."""
    seen = 0
    try:
        async for _ in request.messages:
            seen += 1
    except GrpcError as error:
        yield f"{seen} {error.code.name} {error.message}".encode()
        left = [message async for message in request.messages]
        yield str(left).encode()


async def impatient(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Gives up waiting a hundred times, and loses nothing; a second reader is refused."""
    messages: Any = request.messages
    for _ in range(100):
        reader = asyncio.ensure_future(messages.__anext__())
        await asyncio.sleep(0)
        reader.cancel()
        await asyncio.wait([reader])
    yield b"waited"
    reader = asyncio.ensure_future(messages.__anext__())
    await asyncio.sleep(0)
    try:
        await messages.__anext__()
    except RuntimeError as error:
        yield str(error).encode()
    yield await reader
    async for message in messages:
        yield message


orphans: list[asyncio.Task[bytes]] = []


async def leaving_a_reader(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    messages: Any = request.messages
    orphans.append(asyncio.ensure_future(messages.__anext__()))
    await asyncio.sleep(0)
    yield b"left"


async def orphan(request: GrpcRequest) -> GrpcResponse:
    await asyncio.wait(orphans)
    return GrpcResponse(str(orphans[-1].exception()).encode())


class Counting:
    """An InboundCall that counts how often messages cross."""

    def __init__(self, call: Any) -> None:
        self.call = call

    def receive(self) -> Any:
        counts["receive"] += 1
        return self.call.receive()


async def crossings(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    messages: Any = request.messages
    messages._call = Counting(messages._call)
    async for message in messages:
        yield message


async def certificates(request: GrpcRequest) -> AsyncIterator[bytes]:
    call = request.call
    assert call.peer is not None
    assert call.peer.startswith("127.0.0.1:")
    remaining = call.time_remaining()
    assert remaining is not None
    assert 90 < remaining <= 100
    for certificate in call.peer_certs:
        yield certificate


async def what_happened(request: GrpcRequest) -> GrpcResponse:
    """The events of one name, without the name."""
    name = f"{request.payload.decode()} "
    return GrpcResponse(", ".join(event[len(name) :] for event in events if event.startswith(name)).encode())


async def counted(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(str(counts[request.payload.decode()]).encode())


async def open_gate(request: GrpcRequest) -> GrpcResponse:
    gate.set()
    return GrpcResponse()


async def log(request: GrpcRequest) -> GrpcResponse:
    said, lines[:] = list(lines), []
    return GrpcResponse("\n".join(said).encode())


async def tasks(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(str(len(asyncio.all_tasks()) - 1).encode())
