"""Client streaming that is not buffered."""

import asyncio
import collections
from collections.abc import Awaitable

from google.protobuf.wrappers_pb2 import Int64Value, StringValue

from spikard.grpc import GrpcDuplexRequest, GrpcError, GrpcRequest, GrpcResponse, grpc_stream

SEEN: collections.Counter[str] = collections.Counter()
TASKS: set[asyncio.Task[None]] = set()


@grpc_stream(service="uploads.Uploads")
async def first_two(request: GrpcDuplexRequest) -> GrpcResponse:
    """Answer when two messages have come."""
    read = [await anext(request.messages), await anext(request.messages)]
    return GrpcResponse(b" ".join(read), metadata={"x-initial": "yes"}, trailers={"x-trailing": "yes"})


@grpc_stream(service="uploads.Uploads")
def first_two_here(request: GrpcDuplexRequest) -> GrpcResponse:
    """The same, in a thread."""
    read = [next(request.messages), next(request.messages)]
    return GrpcResponse(b" ".join(read), metadata={"x-initial": "yes"}, trailers={"x-trailing": "yes"})


@grpc_stream(service="uploads.Uploads")
async def add_up(request: GrpcDuplexRequest[StringValue]) -> GrpcResponse[Int64Value]:
    """Count the letters of all messages."""
    count = 0
    async for message in request.messages:
        count += len(message.value)
    return GrpcResponse(Int64Value(value=count))


@grpc_stream(service="uploads.Uploads")
async def count_bytes(request: GrpcDuplexRequest) -> GrpcResponse:
    """Count the bytes of all messages, and those of the longest."""
    count = longest = 0
    async for message in request.messages:
        count += len(message)
        longest = max(longest, len(message))
    return GrpcResponse(f"{count} {longest}".encode())


@grpc_stream(service="uploads.Uploads")
def count_bytes_here(request: GrpcDuplexRequest) -> GrpcResponse:
    """The same, in a thread."""
    count = longest = 0
    for message in request.messages:
        count += len(message)
        longest = max(longest, len(message))
    return GrpcResponse(f"{count} {longest}".encode())


@grpc_stream(service="uploads.Uploads")
def count_later(request: GrpcDuplexRequest) -> Awaitable[GrpcResponse]:
    """The same, in a coroutine that is run on the event loop."""
    return count_bytes(request)


@grpc_stream(service="uploads.Uploads")
async def compressed(request: GrpcDuplexRequest) -> GrpcResponse:
    """Say which messages were compressed."""
    found, index = [], 0
    async for _ in request.messages:
        found.append("yes" if request.call.was_compressed(index) else "no")
        index += 1
    return GrpcResponse(" ".join(found).encode())


@grpc_stream(service="uploads.Uploads")
def compressed_here(request: GrpcDuplexRequest) -> GrpcResponse:
    """The same, in a thread."""
    found = ["yes" if request.call.was_compressed(index) else "no" for index, _ in enumerate(request.messages)]
    return GrpcResponse(" ".join(found).encode())


@grpc_stream(service="uploads.Uploads")
async def wait(request: GrpcDuplexRequest) -> GrpcResponse:
    """Read until the client breaks off, and count what is raised then."""
    try:
        async for _ in request.messages:
            SEEN["messages"] += 1
    except BaseException as error:
        SEEN[type(error).__name__] += 1
        raise
    SEEN["half-closed"] += 1
    return GrpcResponse(b"")


@grpc_stream(service="uploads.Uploads")
def wait_here(request: GrpcDuplexRequest) -> GrpcResponse:
    """The same, in a thread."""
    try:
        for _ in request.messages:
            SEEN["messages"] += 1
    except BaseException as error:
        SEEN[type(error).__name__] += 1
        raise
    SEEN["half-closed"] += 1
    return GrpcResponse(b"")


@grpc_stream(service="uploads.Uploads")
async def leave_a_reader(request: GrpcDuplexRequest) -> GrpcResponse:
    """Answer, or be cancelled, while a task of its own waits for the next message."""
    read = asyncio.Event()
    reader = asyncio.ensure_future(_read(request, read))
    TASKS.add(reader)
    reader.add_done_callback(TASKS.discard)
    await read.wait()
    for _ in range(5):  # the reader goes on to its next message
        await asyncio.sleep(0)
    SEEN["reader waits"] += 1
    if "x-never" in request.metadata:
        await asyncio.Event().wait()
    return GrpcResponse(b"done")


async def _read(request: GrpcDuplexRequest, read: asyncio.Event) -> None:
    try:
        async for _ in request.messages:
            read.set()
    except GrpcError as error:
        SEEN[error.code.name] += 1


@grpc_stream(service="uploads.Uploads")
async def wrong(request: GrpcDuplexRequest) -> GrpcResponse:
    """Return no response."""
    await anext(request.messages)
    return b"bytes"  # type: ignore[return-value]  # pyright: ignore


@grpc_stream(service="uploads.Uploads")
async def seen(request: GrpcRequest) -> GrpcResponse:
    """Say how often something was seen."""
    return GrpcResponse(str(SEEN[request.payload.decode()]).encode())
