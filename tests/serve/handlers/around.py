"""An application with all that handlers can have around them. It prints what happens, a line each.

It is one module, and long, because the command serves it by its name.
"""

import asyncio
import contextvars
import os
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from spikard.grpc import (
    AnyRequest,
    AnyResponse,
    DefNext,
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    Next,
    StatusCode,
    grpc_stream,
    health,
)

SERVICE = "around.Around"
WHO: contextvars.ContextVar[str] = contextvars.ContextVar("WHO", default="nobody")


class NoRecordError(Exception):
    """What STATUSES has a row for."""


class TakenError(NoRecordError):
    """A subclass."""


STATUSES = {NoRecordError: StatusCode.NOT_FOUND, ValueError: StatusCode.OUT_OF_RANGE}


def say(text: str) -> None:
    """Print a line, for the test."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass
class State:
    """What the lifespan yields."""

    pid: int = field(default_factory=os.getpid)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    thread: int = field(default_factory=threading.get_ident)


@asynccontextmanager
async def resources() -> AsyncGenerator[State]:
    """The lifespan."""
    say(f"entered {os.getpid()}")
    await asyncio.sleep(0)
    task = asyncio.current_task()
    try:
        yield State()
    finally:
        assert asyncio.current_task() is task
        await asyncio.sleep(0)
        say(f"left {os.getpid()}")


@asynccontextmanager
async def failing() -> AsyncGenerator[None]:
    """A lifespan that cannot be entered."""
    if not os.environ.get("DATABASE"):
        raise ConnectionError("no database")
    yield


@asynccontextmanager
async def falling() -> AsyncGenerator[None]:
    """A lifespan that cannot be left."""
    yield
    raise ConnectionError("the database is gone")


@asynccontextmanager
async def staying() -> AsyncGenerator[None]:
    """A lifespan that does not want to be left."""
    yield
    say("stays")
    await asyncio.Event().wait()


async def authenticate(request: AnyRequest, call_next: Next) -> AnyResponse:
    """Refuses, answers, passes on; changes metadata both ways."""
    user = request.metadata.get("x-user")
    if user == "nobody":
        raise GrpcError(StatusCode.UNAUTHENTICATED, "who are you?", metadata={"x-realm": "around"})
    if user == "cached":
        return GrpcResponse(b"from the cache")
    WHO.set(str(user))
    request.metadata["x-seen"] = f"{request.service_name}/{request.method_name}"
    response = await call_next(request)
    response.metadata["x-auth"] = str(user)
    return response


async def count(request: AnyRequest, call_next: Next) -> AnyResponse:
    """Wraps what is streamed."""
    response = await call_next(request)
    if isinstance(response, GrpcDuplexResponse):
        response.messages = numbered(response.messages)
    response.trailers["x-count"] = "counted"
    return response


async def numbered(messages: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Puts a number before each message."""
    number = 0
    async for message in messages:
        number += 1
        yield b"%d:%b" % (number, message)


def threaded(request: AnyRequest, call_next: DefNext) -> AnyResponse:
    """A `def`, for handlers that are."""
    thread = threading.current_thread().name
    response = call_next(request)
    response.metadata["x-thread"] = str(thread.startswith("spikard-def"))
    return response


async def quiet(request: AnyRequest, call_next: Next) -> AnyResponse:  # type: ignore[return]
    """Forgets to return."""
    await call_next(request)


async def hasty(request: AnyRequest, call_next: Next) -> AnyResponse:
    """Forgets to await."""
    return call_next(request)  # type: ignore[return-value]


async def named(request: AnyRequest, call_next: Next) -> AnyResponse:
    """Of one handler alone."""
    response = await call_next(request)
    response.metadata["x-order"] = response.metadata.get("x-order", "") + "method"
    return response


@grpc_stream(service=SERVICE)
async def get(request: GrpcRequest[bytes, State]) -> GrpcResponse:
    """Who, and what middleware has left."""
    return GrpcResponse(f"{WHO.get()} {request.metadata.get('x-seen')}".encode())


@grpc_stream(service=SERVICE)
def get_in_thread(request: GrpcRequest[bytes, State]) -> GrpcResponse:
    """The same in a thread."""
    thread = threading.current_thread().name.startswith("spikard-def")
    return GrpcResponse(f"{WHO.get()} {request.metadata.get('x-seen')} {thread}".encode())


@grpc_stream(service=SERVICE)
async def state(request: GrpcRequest[bytes, State]) -> GrpcResponse:
    """The state, on the loop."""
    assert request.state.loop is asyncio.get_running_loop()
    assert request.state.thread == threading.get_ident()
    return GrpcResponse(str(request.state.pid).encode())


@grpc_stream(service=SERVICE)
def state_in_thread(request: GrpcRequest[bytes, State]) -> GrpcResponse:
    """The state, in a thread."""
    assert request.state.thread != threading.get_ident()
    return GrpcResponse(str(request.state.pid).encode())


@grpc_stream(service=SERVICE)
async def count_up(request: GrpcRequest[bytes, State]) -> AsyncIterator[bytes]:
    """A stream, with metadata of its own."""
    request.call.set_initial_metadata({"x-own": "1"})
    try:
        for number in range(3):
            yield b"%d" % number
        if request.payload == b"on":
            say("waits")
            await asyncio.Event().wait()
    finally:
        say("closed")


@grpc_stream(service=SERVICE)
async def talk(request: GrpcDuplexRequest[bytes, State]) -> AsyncIterator[bytes]:
    """Full duplex."""
    request.call.set_initial_metadata({"x-own": "1"})
    async for message in request.messages:
        yield message


@grpc_stream(service=SERVICE)
async def total(request: GrpcClientStreamRequest[bytes, State]) -> GrpcResponse:
    """A stream in."""
    return GrpcResponse(b"".join(request.messages))


@grpc_stream(service=SERVICE)
async def pairs(request: GrpcBidiStreamRequest[bytes, State]) -> GrpcBidiStreamResponse:
    """Buffered, both ways."""
    return GrpcBidiStreamResponse(request.messages)


@grpc_stream(service=SERVICE)
def listed(request: GrpcRequest[bytes, State]) -> GrpcServerStreamResponse:
    """A list, from a thread."""
    return GrpcServerStreamResponse([b"a", b"b"])


@grpc_stream(service=SERVICE)
async def fail(request: GrpcRequest[bytes, State]) -> GrpcResponse:
    """Raises what STATUSES has."""
    raise {b"no": NoRecordError, b"taken": TakenError, b"value": ValueError}[request.payload]("no record 7")


@grpc_stream(service=SERVICE)
def fail_in_thread(request: GrpcRequest[bytes, State]) -> GrpcResponse:
    """The same in a thread."""
    raise {b"no": NoRecordError, b"taken": TakenError, b"value": ValueError}[request.payload]("no record 7")


@grpc_stream(service=SERVICE)
async def wait(request: GrpcRequest) -> GrpcResponse:
    """Waits until it is cancelled, and says by whom."""
    request.call.on_end(lambda: say(f"end {request.call.cancelled_by}"))
    say("waits")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        say(f"cancelled by {request.call.cancelled_by}")
        raise
    return GrpcResponse()


@grpc_stream(service=SERVICE)
def work(request: GrpcRequest) -> GrpcResponse:
    """Works in a thread until it learns of its end."""
    free = threading.Event()
    request.call.on_end(free.set)
    say("works")
    free.wait()
    say(f"free {request.call.is_cancelled()} {request.call.cancelled_by}")
    try:
        request.call.raise_if_cancelled()
    except asyncio.CancelledError as error:
        say(f"told: {error}")
        raise
    return GrpcResponse()


@grpc_stream(service=SERVICE)
async def stream_on(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """A stream until it is cancelled."""
    request.call.on_end(lambda: say(f"end {request.call.cancelled_by}"))
    yield b"begun"
    await asyncio.Event().wait()


@grpc_stream(service=SERVICE)
async def done(request: GrpcRequest) -> GrpcResponse:
    """Ends well."""
    request.call.on_end(lambda: say(f"done {request.call.is_cancelled()}"))
    request.call.raise_if_cancelled()
    return GrpcResponse(b"done")


@grpc_stream(service=SERVICE)
def done_in_thread(request: GrpcRequest) -> GrpcResponse:
    """The same in a thread."""
    loop = threading.get_ident()
    request.call.on_end(lambda: say(f"done {request.call.is_cancelled()} {threading.get_ident() != loop}"))
    request.call.raise_if_cancelled()
    # Not before the loop knows of the callback.
    known = threading.Event()
    request.call.spawn(told(known))
    known.wait()
    return GrpcResponse(b"done")


async def told(known: threading.Event) -> None:
    """Says that the loop has come so far."""
    known.set()


@grpc_stream(service=SERVICE)
async def spawn(request: GrpcRequest) -> GrpcResponse:
    """Leaves work behind."""
    request.call.spawn(left_behind(request.payload.decode()))
    return GrpcResponse(b"spawned")


@grpc_stream(service=SERVICE)
def spawn_in_thread(request: GrpcRequest) -> GrpcResponse:
    """The same from a thread."""
    request.call.spawn(left_behind(request.payload.decode()))
    return GrpcResponse(b"spawned")


async def left_behind(how: str) -> None:
    """Work that goes on after its call."""
    who = WHO.get()
    if how == "fail":
        raise OSError("the mail server is down")
    say(f"begun for {who}")
    try:
        if how == "for ever":
            await asyncio.Event().wait()
        await asyncio.get_running_loop().run_in_executor(None, wait_for_drain, how)
    except asyncio.CancelledError:
        say("cut off")
        raise
    say(f"finished for {who}")


def wait_for_drain(how: str) -> None:
    """Until the file is gone that the test has written."""
    while os.path.exists(how):
        time.sleep(0.01)


@grpc_stream(service=SERVICE)
async def misuse(request: GrpcRequest) -> GrpcResponse:
    """What newcomers write."""
    if request.payload == b"spawn":
        request.call.spawn(left_behind)  # type: ignore[arg-type]
    elif request.payload == b"on_end":
        request.call.on_end(None)  # type: ignore[arg-type]
    elif request.payload == b"state":
        return GrpcResponse(str(request.state).encode())
    elif request.payload == b"callback":
        request.call.on_end(lambda: 1 / 0)
    return GrpcResponse()


@grpc_stream(service=SERVICE)
def set_health(request: GrpcRequest) -> GrpcResponse:
    """Sets the health of a service, ``name=1`` or ``name=0``."""
    name, _, serving = request.payload.decode().partition("=")
    health.set(name, serving=serving == "1")
    return GrpcResponse()


class Ordered:
    """A service with middleware of its own."""

    middleware = (authenticate,)

    @grpc_stream(service="around.Ordered", middleware=[named])
    async def get(self, request: GrpcRequest) -> GrpcResponse:
        """Within both."""
        return GrpcResponse(WHO.get().encode(), metadata={"x-order": "handler,"})


ordered = Ordered()
