"""Handlers that stream from a thread."""

import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import orders_pb2
from spikard.grpc import (
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    StatusCode,
    grpc_stream,
)

MADE: Counter[str] = Counter()
"""The messages that were made, by what the client has asked for."""
ENDED: list[str] = []
"""How handlers have ended."""
GATE = threading.Event()


class Watched:
    """Notes how a block ends."""

    def __init__(self, name: bytes) -> None:
        self._name = name.decode()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        ENDED.append(f"{self._name}: {'end' if kind is None else kind.__name__}")


@grpc_stream(service="blocking.Blocking")
def count(request: GrpcRequest) -> Iterator[bytes]:
    """Count, with metadata and trailers."""
    request.call.set_initial_metadata({"x-thread": threading.current_thread().name.rpartition("-")[0]})
    for number in range(int(request.payload)):
        yield str(number).encode()
    request.call.set_trailers({"x-count": request.payload.decode()})


@grpc_stream(service="blocking.Blocking")
def talk(request: GrpcDuplexRequest) -> Iterator[bytes]:
    """Answer each message."""
    for message in request.messages:
        yield message.upper()
    yield b"end"


@grpc_stream(service="blocking.Blocking")
def gated(request: GrpcRequest) -> Iterator[bytes]:
    """One message, and another once the gate is open."""
    yield b"first"
    GATE.wait()
    yield b"second"


@grpc_stream(service="blocking.Blocking")
def endless(request: GrpcRequest) -> Iterator[bytes]:
    """Without an end."""
    with Watched(request.payload):
        while True:
            MADE[request.payload.decode()] += 1
            yield b"x" * 10_000


@grpc_stream(service="blocking.Blocking")
def waiting(request: GrpcDuplexRequest) -> Iterator[bytes]:
    """Wait for a message that does not come."""
    name = next(request.messages)
    with Watched(name):
        yield name
        yield from request.messages


@grpc_stream(service="blocking.Blocking")
def fail(request: GrpcRequest) -> Iterator[bytes]:
    """Fail after a message."""
    request.call.set_trailers({"x-trailer": "1"})
    yield b"one"
    if request.payload == b"GrpcError":
        raise GrpcError(StatusCode.NOT_FOUND, "no more")
    if request.payload == b"yields":
        yield "text"  # type: ignore[misc]  # pyright: ignore
    raise ValueError("no")


@grpc_stream(service="blocking.Blocking")
def listed(request: GrpcDuplexRequest) -> Iterator[bytes]:
    """Return what can be iterated over."""
    return iter(sorted(request.messages))


@grpc_stream(service="blocking.Blocking")
def whole(request: GrpcDuplexRequest) -> GrpcDuplexResponse:
    """Initial metadata that depend on the first message."""
    first = next(request.messages)
    return GrpcDuplexResponse((message * 2 for message in request.messages), metadata={"x-first": first.decode()})


@grpc_stream(service="blocking.Blocking")
def nothing(request: GrpcRequest) -> Iterator[bytes]:
    """Forget to return it."""
    return None  # type: ignore[return-value]  # pyright: ignore


@grpc_stream(service="blocking.Blocking")
async def awaited(request: GrpcDuplexRequest) -> GrpcDuplexResponse:
    """On the event loop."""
    return GrpcDuplexResponse(request.messages)


@grpc_stream(service="blocking.Blocking")
def handed_over(request: GrpcDuplexRequest) -> GrpcDuplexResponse:
    """The first message in a thread, the others on the event loop."""
    first = next(request.messages)

    async def rest() -> AsyncIterator[bytes]:
        yield first
        async for message in request.messages:
            yield message

    return GrpcDuplexResponse(rest())


@grpc_stream(service="blocking.Blocking")
def typed(request: GrpcDuplexRequest[orders_pb2.Item]) -> Iterator[orders_pb2.Total]:
    """Sums so far."""
    total = 0
    for item in request.messages:
        total += item.value
        yield orders_pb2.Total(value=total)


@grpc_stream(service="blocking.Blocking")
def thread(request: GrpcRequest) -> GrpcResponse:
    """Needs a thread as well."""
    return GrpcResponse(b"free")
