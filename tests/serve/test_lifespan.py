"""The lifespan: entered before the server is ready, left after the last call, in each worker."""

import asyncio
import os
import re
import signal
import socket
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import around
import pytest
from answering import answers, called
from processes import WAIT, free_port, serving, spikard
from wire import aio, grpc

from spikard.grpc import GrpcError, GrpcRequest, GrpcResponse, Server, grpc_stream
from spikard.grpc.testing import AsyncClient, Client
from spikard.grpc.testing import serving as serving_here

LIFESPAN = ("--lifespan", "around:resources")
EVENTS: list[str] = []


@asynccontextmanager
async def noted() -> AsyncGenerator[str]:
    EVENTS.append("entered")
    yield "the state"
    EVENTS.append("left")


@grpc_stream(service="lifespan.Test")
async def get(request: GrpcRequest[bytes, str]) -> GrpcResponse:
    EVENTS.append("called")
    return GrpcResponse(request.state.encode())


@grpc_stream(service="lifespan.Test")
def get_in_thread(request: GrpcRequest[bytes, str]) -> GrpcResponse:
    return GrpcResponse(request.state.encode())


def test_one_process() -> None:
    """Handlers on the loop and in threads see what it has yielded."""
    with serving("around", *LIFESPAN) as served:
        pid = served.pids[0]
        assert called(served.address, "State") == called(served.address, "StateInThread") == b"%d" % pid
        assert served.stop() == 0
        assert served.out.whole().index(f"entered {pid}\n") < served.out.whole().index("serving on")
        assert served.out.whole().endswith(f"left {pid}\n")


def test_each_worker_has_its_own() -> None:
    """And a worker that is started again."""
    with serving("around", *LIFESPAN, workers=2) as served:
        assert set(answers(served.address, "/around.Around/State")) <= {b"%d" % pid for pid in served.pids}
        entered = served.out.wait_for(r"entered (\d+)", 2)
        assert {int(match[1]) for match in entered} == set(served.pids)
        os.kill(served.pids[0], signal.SIGKILL)
        served.out.wait_for(r"serving on", 3)
        now = {int(match[1]) for match in served.out.wait_for(r"entered (\d+)", 3)} - {served.pids[0]}
        assert served.stop() == 0
        left = re.findall(r"left (\d+)", served.out.whole())
        assert set(map(int, left)) == now


def test_nothing_listens_until_it_is_entered(tmp_path: Path) -> None:
    """The port is taken, and a connection is refused: none waits in a backlog, and no health check passes."""
    (tmp_path / "slow.py").write_text(
        "import asyncio, os\n"
        "from contextlib import asynccontextmanager\n"
        "from around import get\n"
        "@asynccontextmanager\n"
        "async def slow():\n"
        "    open('entering', 'w').close()\n"
        "    while not os.path.exists('go'): await asyncio.sleep(0.01)\n"
        "    yield\n"
    )
    address = free_port()
    found: list[Any] = []

    def watch() -> None:
        with serving("slow", "--lifespan", "slow:slow", cwd=tmp_path, bind=address) as served:
            found.append(called(served.address, "Get"))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        deadline = time.monotonic() + WAIT
        while not (tmp_path / "entering").exists():
            assert time.monotonic() < deadline, "the lifespan is not entered"
            time.sleep(0.01)
        host, _, port = address.rpartition(":")
        with pytest.raises(ConnectionRefusedError), socket.create_connection((host, int(port)), WAIT):
            raise AssertionError
    finally:
        (tmp_path / "go").touch()
        thread.join(WAIT)
    assert found == [b"nobody None"]


@pytest.mark.parametrize("workers", [(), ("--workers", "2")])
def test_one_that_fails_is_a_failure_to_start(workers: tuple[str, ...]) -> None:
    """With its traceback, of the user's frames alone, once."""
    ended = spikard("serve", "around", "--lifespan", "around:failing", "--bind", "127.0.0.1:0", *workers)
    assert ended.returncode == 2
    assert ended.stderr.startswith("spikard: error: the lifespan around:failing failed when it was entered:\nTraceback")
    assert 'raise ConnectionError("no database")' in ended.stderr
    assert ended.stderr.rstrip().endswith("ConnectionError: no database")
    assert ended.stderr.count("Traceback") == 1
    assert "/spikard/_runtime/" not in ended.stderr


@pytest.mark.asyncio
async def test_a_server_in_a_program() -> None:
    """`Server` enters it when it starts, and leaves it when it stops."""
    EVENTS.clear()
    async with Server(get, bind="127.0.0.1:0", lifespan=noted) as server:
        async with aio.insecure_channel(server.address) as channel:
            assert await channel.unary_unary("/lifespan.Test/Get")(b"", timeout=WAIT) == b"the state"
    assert EVENTS == ["entered", "called", "left"]


class Pool:
    """A context manager of its own, whose class is the lifespan."""

    async def __aenter__(self) -> str:
        return "of the class"

    async def __aexit__(self, *raised: object) -> None:
        EVENTS.append("closed")


def test_a_class_makes_it() -> None:
    """As well as a function."""
    EVENTS.clear()
    with Client(get, lifespan=Pool) as client:
        assert client.call(get).payload == b"of the class"
    assert EVENTS == ["called", "closed"]


@pytest.mark.asyncio
async def test_a_server_that_is_being_started() -> None:
    """It is not started twice; the task that enters the lifespan is the one that leaves it."""
    release = asyncio.Event()

    @asynccontextmanager
    async def grouped() -> AsyncGenerator[str]:
        await release.wait()
        task = asyncio.current_task()
        yield "grouped"
        # As a cancel scope must be.
        assert asyncio.current_task() is task

    server = Server(get, bind="127.0.0.1:0", lifespan=grouped)
    starting = asyncio.ensure_future(server.start())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="is being started already"):
        await server.start()
    release.set()
    await starting
    async with aio.insecure_channel(server.address) as channel:
        assert await channel.unary_unary("/lifespan.Test/Get")(b"", timeout=WAIT) == b"grouped"
    await asyncio.ensure_future(server.stop())


@pytest.mark.asyncio
async def test_a_server_whose_lifespan_fails() -> None:
    """It has not started, nothing listens, and what was raised is the cause."""
    server = Server(get, bind="127.0.0.1:0", lifespan="around:failing")
    with pytest.raises(RuntimeError, match="the lifespan around:failing failed when it was entered") as raised:
        await server.start()
    assert isinstance(raised.value.__cause__, ConnectionError)
    await server.stop()


@pytest.mark.asyncio
async def test_a_server_that_cannot_start_leaves_it(tmp_path: Path) -> None:
    """Such as one whose certificate is none."""
    EVENTS.clear()
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    server = Server(get, bind="127.0.0.1:0", lifespan=noted, tls_cert=wrong, tls_key=wrong)
    with pytest.raises(ValueError, match=r"wrong\.pem"):
        await server.start()
    assert EVENTS == ["entered", "left"]


@pytest.mark.asyncio
async def test_a_unix_socket_is_removed_when_it_fails(tmp_path: Path) -> None:
    """The next server finds no file."""
    path = tmp_path / "s.sock"
    with pytest.raises(RuntimeError, match="failing"):
        await Server(get, uds=path, lifespan="around:failing").start()
    assert not path.exists()


def test_clients_for_tests() -> None:
    """The state is there, and the lifespan is left at the end of the block."""
    EVENTS.clear()
    with Client(get, get_in_thread, lifespan=noted) as client:
        assert client.call(get).payload == client.call(get_in_thread).payload == b"the state"
        assert EVENTS == ["entered", "called"]
    assert EVENTS == ["entered", "called", "left"]
    with serving_here(get, lifespan=noted) as served:
        with grpc.insecure_channel(served.address) as channel:
            assert channel.unary_unary("/lifespan.Test/Get")(b"", timeout=WAIT) == b"the state"
    assert EVENTS == ["entered", "called", "left"] * 2


@pytest.mark.asyncio
async def test_an_async_client_whose_lifespan_fails() -> None:
    """The block is not entered."""
    with pytest.raises(RuntimeError, match="around:failing") as raised:
        async with AsyncClient(get, lifespan=around.failing):
            raise AssertionError
    assert isinstance(raised.value.__cause__, ConnectionError)


def test_a_request_without_one() -> None:
    """A handler that asks for the state is told where it comes from; a test may give it."""
    request: GrpcRequest[bytes, str] = GrpcRequest(b"", state="a test's")
    assert request.state == "a test's"
    with pytest.raises(AttributeError, match=r"has no state: it is what a lifespan yields, as in serve\(…, lifespan="):
        str(GrpcRequest(b"").state)
    with Client(get) as client, pytest.raises(GrpcError, match="INTERNAL: AttributeError"):
        client.call(get)
