"""What Python handlers of a program in Rust have around them."""

import asyncio
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass

from spikard.grpc import GrpcError, GrpcRequest, GrpcResponse, StatusCode, health


class NoRecordError(Exception):
    pass


STATUSES = {NoRecordError: StatusCode.NOT_FOUND}


@dataclass
class State:
    thread: int


@asynccontextmanager
async def resources():
    asyncio.get_running_loop()
    print("entered", flush=True)
    yield State(threading.get_ident())
    print("left", flush=True)


@asynccontextmanager
async def failing():
    raise ConnectionError("no database")
    yield


async def authenticate(request, call_next):
    if "x-user" not in request.metadata and not request.call.extensions:
        raise GrpcError(StatusCode.UNAUTHENTICATED, "who are you?")
    response = await call_next(request)
    response.metadata["x-around"] = request.method_name
    return response


def wrong(request):
    pass


async def get(request: GrpcRequest) -> GrpcResponse:
    assert request.state.thread == threading.get_ident()
    return GrpcResponse(f"{request.call.extensions.get('user')}".encode())


def get_in_thread(request: GrpcRequest) -> GrpcResponse:
    assert request.state.thread != threading.get_ident()
    return GrpcResponse(f"{request.call.extensions.get('user')}".encode())


async def fail(request: GrpcRequest) -> GrpcResponse:
    raise NoRecordError("no record 7")


async def set_health(request: GrpcRequest) -> GrpcResponse:
    health.set("test.Tested", serving=False)
    return GrpcResponse()


async def cancelled(request: GrpcRequest) -> GrpcResponse:
    try:
        await asyncio.Event().wait()
    finally:
        CANCELLED.append(str(request.call.cancelled_by))
    return GrpcResponse()


CANCELLED: list[str] = []


async def cancelled_by(request: GrpcRequest) -> GrpcResponse:
    while not CANCELLED:
        await asyncio.sleep(0.001)
    return GrpcResponse(CANCELLED.pop().encode())


async def leave_behind(request: GrpcRequest) -> GrpcResponse:
    print("started", flush=True)
    request.call.spawn(work())
    return GrpcResponse(b"spawned")


async def work() -> None:
    await asyncio.sleep(0.05)
    print("worked", flush=True)


class Mistaken:
    middleware = (wrong,)

    async def get(self, request: GrpcRequest) -> GrpcResponse:
        return GrpcResponse()


mistaken = Mistaken().get
