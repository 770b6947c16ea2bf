"""How a client in the process is closed, and what must not close it."""

import asyncio
import logging
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import probes
import pytest
from processes import HANDLERS, WAIT
from wire import grpc

from spikard.grpc import GrpcError, GrpcRequest, GrpcResponse, grpc_stream
from spikard.grpc.testing import AsyncClient, Client, serving

LEAVES = """
import probes
from spikard.grpc.testing import Client

with Client("probes") as client:
    for handler in (probes.leave_from_task, probes.echo):
        print(bytes(client.call(handler, b"one").payload))
"""

FORKS = """
import os, sys, threading
import probes
from spikard.grpc.testing import Client

def leave():
    child = os.fork()
    if child == 0:
        sys.exit(7)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)

client = Client("probes")
client.__enter__()
client.call(probes.echo, b"before")
leave()
print(bytes(client.call(probes.echo, b"after").payload), flush=True)
client.close()

with Client("probes") as client:
    leave()
    print(bytes(client.call(probes.echo, b"after").payload), flush=True)
"""

SERVICE = "ends.Ends"
SEEN: list[str] = []


@grpc_stream(service=SERVICE)
async def cleans_up(request: GrpcRequest) -> GrpcResponse:
    """Clean up for a moment when cancelled."""
    SEEN.append("waits")
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        await asyncio.sleep(0.01)
        SEEN.append("cleaned up")
    return GrpcResponse()


@grpc_stream(service=SERVICE)
async def stays(request: GrpcRequest) -> GrpcResponse:
    """Swallow the first cancellation."""
    SEEN.append("waits")
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        await asyncio.get_running_loop().create_future()
    return GrpcResponse()


@grpc_stream(service=SERVICE)
async def streams(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Send something, and wait."""
    try:
        yield b"first"
        SEEN.append("waits")
        await asyncio.get_running_loop().create_future()
    finally:
        SEEN.append("cleaned up")


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    """Each test sees its own."""
    SEEN.clear()
    yield
    SEEN.clear()


async def until_it_waits() -> None:
    """Wait until the handler does."""
    while not SEEN:
        await asyncio.sleep(0)


def run_program(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, within a bound."""
    return subprocess.run(
        [sys.executable, "-c", program], cwd=HANDLERS, capture_output=True, text=True, timeout=WAIT, check=False
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("handler", [cleans_up, streams], ids=["unary", "streaming"])
async def test_handlers_end_with_the_client(handler: object) -> None:
    """They are cancelled, with time to clean up; the caller gets UNAVAILABLE."""
    async with AsyncClient(handler) as client:
        call = asyncio.create_task(client.call("CleansUp" if handler is cleans_up else "Streams"))
        await until_it_waits()
    assert SEEN == ["waits", "cleaned up"]
    with pytest.raises(GrpcError, match="UNAVAILABLE: the client was closed before the call was answered"):
        await call
    with pytest.raises(RuntimeError, match="stopped"):
        await client.call("CleansUp" if handler is cleans_up else "Streams")
    await client.close()


@pytest.mark.asyncio
async def test_a_handler_that_stays_holds_nothing_up() -> None:
    """It is left behind after a moment."""
    async with AsyncClient(stays) as client:
        call = asyncio.create_task(client.call(stays))
        await until_it_waits()
    with pytest.raises(GrpcError, match="UNAVAILABLE"):
        await call


@pytest.mark.asyncio
async def test_a_call_that_has_only_begun_ends_with_the_client() -> None:
    """Though no handler has seen it yet."""
    client = AsyncClient(probes.hang)
    await client.__aenter__()
    call = asyncio.create_task(client.call(probes.hang, b"only begun"))
    await asyncio.sleep(0)
    await client.close()
    with pytest.raises(GrpcError, match="UNAVAILABLE"):
        await call
    assert probes.RUNS["only begun"] == probes.RUNS["only begun-cancelled"]


def test_a_call_of_another_thread_ends_with_the_client() -> None:
    """With a status as well."""
    with ThreadPoolExecutor(1) as pool:
        with Client(probes.hang) as client:
            call = pool.submit(client.call, probes.hang, b"another thread")
            while not probes.RUNS["another thread"]:
                time.sleep(0.001)
        with pytest.raises(GrpcError, match="UNAVAILABLE"):
            call.result(WAIT)
    assert probes.RUNS["another thread-cancelled"] == 1


def test_a_task_that_leaves_does_not_end_the_client() -> None:
    """`SystemExit` passes through the loop, which goes on."""
    done = run_program(LEAVES)
    assert (done.returncode, done.stdout) == (0, "b'still here'\nb'one'\n"), done.stderr
    assert "SystemExit stopped the event loop; running it again" in done.stderr


def test_a_forked_child_leaves_the_client_alone() -> None:
    """It ends by itself, with its exit hooks, and the parent calls on."""
    done = run_program(FORKS)
    assert (done.returncode, done.stdout) == (0, "7\nb'after'\n" * 2), done.stderr


def threads() -> int:
    """The threads of clients that are not async."""
    return sum(thread.name == "spikard-testing" for thread in threading.enumerate())


def test_a_client_is_started_once() -> None:
    """A second start is refused, costs the first nothing, and leaves no thread."""
    before = threads()
    client = Client(probes.echo)
    with client:
        with pytest.raises(RuntimeError, match="started before"):
            client.__enter__()
        assert threads() == before + 1
        assert client.call(probes.echo, b"one").payload == b"one"
    with pytest.raises(RuntimeError, match="started before"):
        client.__enter__()
    assert threads() == before


@pytest.mark.asyncio
async def test_an_async_client_is_started_once() -> None:
    """Likewise."""
    async with AsyncClient(probes.echo) as client:
        with pytest.raises(RuntimeError, match="started before"):
            await client.__aenter__()
        assert (await client.call(probes.echo, b"one")).payload == b"one"


@pytest.mark.parametrize("level", [1000, -1000])
def test_a_log_level_beyond_all_others(level: int) -> None:
    """A way to silence the log, or to hear all of it."""
    logger = logging.getLogger("spikard")
    before = logger.level
    logger.setLevel(level)
    try:
        with Client(probes.echo) as client:
            assert client.call(probes.echo, b"one").payload == b"one"
        with serving(probes.echo) as server, grpc.insecure_channel(server.address) as channel:
            assert channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT) == b"one"
    finally:
        logger.setLevel(before)


STAYS = """
import asyncio, os, time
from concurrent.futures import ThreadPoolExecutor
import grpc
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream
from spikard.grpc.testing import Client, _background, serving

_background._CLOSES_WITHIN = 1.0
begun = []

@grpc_stream(service="stays.Stays")
async def takes_no_cancel(request: GrpcRequest) -> GrpcResponse:
    begun.append("takes no cancel")
    while True:
        try:
            await asyncio.sleep(3600)
        except BaseException:
            continue

@grpc_stream(service="stays.Stays")
async def holds_the_loop(request: GrpcRequest) -> GrpcResponse:
    begun.append("holds the loop")
    time.sleep(3600)

def call(client):
    with client:
        pool.submit(client.call, HANDLER)
        while not begun:
            time.sleep(0.001)

def serve():
    with serving(HANDLER, grace=0) as server, grpc.insecure_channel(server.address) as channel:
        call = channel.unary_unary("/stays.Stays/" + METHOD).future(b"")
        while not begun:
            time.sleep(0.001)

pool = ThreadPoolExecutor(1)
RUN
print("went on", flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("run", ["call(Client(HANDLER))", "serve()"])
@pytest.mark.parametrize("handler", ["takes_no_cancel", "holds_the_loop"])
def test_a_handler_that_does_not_end_hangs_no_tests(run: str, handler: str) -> None:
    """It is left behind, and named."""
    method = "".join(word.capitalize() for word in handler.split("_"))
    program = STAYS.replace("RUN", run).replace("HANDLER", handler).replace("METHOD", f'"{method}"')
    done = run_program(program)
    assert (done.returncode, done.stdout) == (0, "went on\n"), done.stderr
    text = "RuntimeWarning: left behind, because they did not end when cancelled: __main__:" + handler
    assert text in done.stderr
