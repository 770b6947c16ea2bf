"""`Server` inside an asyncio program."""

import asyncio
import errno
import gc
import os
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any

import probes
import pytest
from processes import WAIT
from wire import aio, grpc

from spikard._runtime.pool import Pool
from spikard.grpc import Server

pytestmark = pytest.mark.asyncio


async def echo(server: Server, message: bytes = b"one", **options: Any) -> bytes:
    """Call the echo of a server."""
    # grpcio's own name for a Unix socket is no authority that HTTP allows.
    named = [("grpc.default_authority", "localhost")]
    async with aio.insecure_channel(server.address, named) as channel:
        answer: bytes = await channel.unary_unary("/probes.Probes/Echo")(message, timeout=WAIT, **options)
        return answer


async def test_async_with() -> None:
    """Port 0 takes a free one, and the end of the block gives it back."""
    async with Server("probes", bind="127.0.0.1:0") as server:
        assert server.port > 0
        assert server.address == f"127.0.0.1:{server.port}"
        assert await echo(server) == b"one"
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", server.port))


async def test_start_and_stop() -> None:
    """By hand; a second stop does nothing, and a second start is refused."""
    server = Server(probes.echo, bind="127.0.0.1:0")
    await server.start()
    assert await echo(server) == b"one"
    with pytest.raises(RuntimeError, match="started before"):
        await server.start()
    await server.stop(1)
    await server.stop(1)
    with pytest.raises(aio.AioRpcError):
        await echo(server)


async def test_a_server_that_was_never_started() -> None:
    """It can be stopped, and cannot be waited for."""
    server = Server(probes.echo)
    with pytest.raises(RuntimeError, match="has not been started"):
        await server.wait()
    await server.stop()
    with pytest.raises(RuntimeError, match="was stopped before it was started: make a new one"):
        await server.start()


async def test_everybody_may_wait() -> None:
    """And one who gives up does not end it for the others."""
    async with Server("probes", bind="127.0.0.1:0") as server:
        waiting = [asyncio.create_task(server.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        assert await echo(server) == b"one"
        await server.stop()
        await asyncio.wait_for(asyncio.gather(*waiting[1:]), WAIT)
        assert waiting[0].cancelled()


async def test_calls_in_flight_finish_within_the_grace() -> None:
    """Those that end in time get their answer, those that do not are cut off."""
    server = Server("probes", bind="127.0.0.1:0")
    await server.start()
    async with aio.insecure_channel(server.address) as channel:
        hung = asyncio.ensure_future(channel.unary_unary("/probes.Probes/Hang")(b"grace"))
        while not probes.RUNS["grace"]:
            await asyncio.sleep(0)
        stopping = asyncio.create_task(server.stop(WAIT))
        await asyncio.sleep(0)
        assert not stopping.done()
        # A shorter grace ends the wait.
        await asyncio.wait_for(server.stop(0), WAIT)
        await asyncio.wait_for(stopping, WAIT)
        with pytest.raises(aio.AioRpcError):
            await hung
    assert probes.RUNS["grace-cancelled"] == 1


async def test_unix_socket(tmp_path: Path) -> None:
    """Its file is there while the server is, and one that is stale is replaced."""
    path = tmp_path / "spikard.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    async with Server("probes", uds=path) as server:
        assert (server.address, server.port) == (f"unix:{path}", 0)
        assert await echo(server) == b"one"
        with pytest.raises(OSError, match=r"cannot listen on unix:.*Address already in use"):
            await Server("probes", bind=f"unix:{path}").start()
        assert await echo(server) == b"one"
    assert not path.exists()
    path.write_text("something else")
    with pytest.raises(OSError, match="the file exists, and is not a socket"):
        await Server("probes", uds=path).start()
    assert path.read_text() == "something else"


async def test_a_port_in_use() -> None:
    """An `OSError` that says what to do."""
    async with Server("probes", bind="127.0.0.1:0") as server:
        with pytest.raises(OSError, match=r"cannot listen on 127.0.0.1:.*; stop the program that uses it") as raised:
            await Server("probes", bind=server.address).start()
        assert raised.value.errno == errno.EADDRINUSE
        assert await echo(server) == b"one"


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"bind": "1234"}, ValueError, '"1234" is not an address: write host:port'),
        ({"bind": ":1234"}, ValueError, "is not an address"),
        ({"bind": "::1:1234"}, ValueError, "is not an address"),
        ({"bind": "localhost:99999"}, ValueError, "is more than 65535"),
        ({"bind": "unix:"}, ValueError, "names no file"),
        ({"bind": 1234}, TypeError, "bind must be a text"),
        ({"bind": "127.0.0.1:0", "uds": "/tmp/x"}, ValueError, "bind and uds are both given"),
        ({"max_messages": 0}, ValueError, "max_messages must be 1 or more, not 0"),
        ({"max_stream_bytes": "many"}, ValueError, '"many" is not a size'),
        ({"idle_timeout": 0}, ValueError, "idle_timeout must be more than 0 seconds"),
        ({"grace": -1}, ValueError, "grace must be a time"),
        ({"threads": 0}, ValueError, "threads must be 1 or more, not 0"),
        ({"compression": "lz4"}, ValueError, "compression must be one of identity, gzip, deflate, zstd"),
        ({"tls_cert": "x.pem"}, ValueError, "tls_cert is given without tls_key"),
        ({"tls_client_ca": "x.pem"}, ValueError, "tls_client_ca is given without tls_cert"),
        ({"tls_cert": "/no/x.pem", "tls_key": "/no/y"}, FileNotFoundError, "tls_cert cannot be read: No such file"),
    ],
)
async def test_settings(options: dict[str, Any], error: type[Exception], text: str) -> None:
    """What is wrong with a setting, before anything starts."""
    with pytest.raises(error, match=text.replace("(", r"\(").replace("?", r"\?")):
        Server("probes", **options)


async def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    """The file and its fault, when the server starts."""
    bad = tmp_path / "bad.pem"
    bad.write_text("not a certificate")
    with pytest.raises(ValueError, match=f"the TLS file {bad} holds no certificate in PEM form"):
        await Server("probes", bind="127.0.0.1:0", tls_cert=bad, tls_key=bad).start()


async def test_limits_and_compression() -> None:
    """The settings reach Rust."""
    async with Server("probes", bind="127.0.0.1:0", max_message_bytes="1KiB", compression="gzip") as server:
        assert await echo(server, b"x" * 1024, compression=grpc.Compression.Gzip) == b"x" * 1024
        with pytest.raises(aio.AioRpcError, match="max_message_bytes = 1024"):
            await echo(server, b"x" * 1025)


async def test_a_handler_that_ignores_its_cancellation_is_named_once() -> None:
    """Without what asyncio says of its task, and of a generator that nobody has."""
    program = """
import asyncio, os, signal, threading, time, logging
import grpc
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream, serve
logging.basicConfig()
@grpc_stream(service="app.App")
async def stubborn(request: GrpcRequest) -> GrpcResponse:
    os.kill(os.getpid(), signal.SIGTERM)
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
def call():
    while not os.path.exists("app.sock"):
        time.sleep(0.01)
    options = [("grpc.default_authority", "localhost")]
    with grpc.insecure_channel("unix:app.sock", options) as channel:
        try:
            channel.unary_unary("/app.App/Stubborn")(b"", wait_for_ready=True)
        except grpc.RpcError as error:
            print(error.code().name, flush=True)
threading.Thread(target=call, daemon=True).start()
serve(stubborn, uds="app.sock", grace="100ms", quiet=True)
"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=WAIT, check=False
        )
    assert done.stderr.count("__main__:stubborn") == 1, done.stderr
    assert "left behind, because they did not end when cancelled: __main__:stubborn" in done.stderr
    for complaint in ("GeneratorExit", "Task was destroyed", "never awaited"):
        assert complaint not in done.stderr


async def test_ctrl_c_ends_a_program_though_a_handler_runs_when_it_comes() -> None:
    """Its call is answered, and then the program ends as without a server."""
    program = """
import asyncio, os, signal
from spikard.grpc import GrpcError, GrpcRequest, GrpcResponse, grpc_stream
from spikard.grpc.testing import AsyncClient
@grpc_stream(service="app.App")
async def interrupt(request: GrpcRequest) -> GrpcResponse:
    os.kill(os.getpid(), signal.SIGINT)
    return GrpcResponse()
async def main():
    async with AsyncClient(interrupt) as client:
        try:
            await client.call(interrupt)
        except GrpcError as error:
            print(error)
        await asyncio.Event().wait()
loop = asyncio.new_event_loop()
try:
    loop.run_until_complete(main())
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=WAIT, check=False)
    assert "interrupted" in done.stdout.splitlines(), done.stderr


async def test_a_name_with_several_addresses(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server listens on one of them, and says so."""
    addresses = [(socket.AF_INET6, ("::1", 0, 0, 0)), (socket.AF_INET, ("127.0.0.1", 0))]
    found = [(family, socket.SOCK_STREAM, 6, "", name) for family, name in addresses]

    def resolve(*_: object, **__: object) -> object:
        return list(found)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    async with Server("probes", bind="both.example:0") as server:
        assert server.address.startswith("127.0.0.1:")
    async with Server("probes", bind="both.example:0"):
        pass
    (said,) = [text for text in caplog.messages if "addresses" in text]
    assert said.startswith("both.example has several addresses; the server listens on 127.0.0.1 alone, not on ::1: ")


async def test_each_of_several_servers_has_its_lines_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Whichever was started last, and whichever is gone."""
    with caplog.at_level("INFO", "spikard"):
        async with Server("probes", bind="127.0.0.1:0") as first:
            await echo(first)
            async with Server("probes", bind="127.0.0.1:0"):
                pass
            assert sum("draining" in text for text in caplog.messages) == 1
        assert sum("draining" in text for text in caplog.messages) == 2


async def test_the_loop_goes_on_while_threads_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for them must not hold what else the program does."""
    goes_on, waited = threading.Event(), list[bool]()
    asked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def join(pool: Pool, deadline: float) -> bool:
        loop.call_soon_threadsafe(asked.set_result, None)
        waited.append(goes_on.wait(WAIT))
        return waited[0]

    monkeypatch.setattr(Pool, "join", join)
    server = Server("probes", bind="127.0.0.1:0")
    await server.start()
    stopped = asyncio.ensure_future(server.stop())
    await asked
    assert not stopped.done()
    goes_on.set()
    await stopped
    assert waited == [True]


async def test_nothing_is_left_of_a_server() -> None:
    """Neither threads nor descriptors nor the object itself."""

    async def once() -> weakref.ref[Server]:
        async with Server("probes", bind="127.0.0.1:0") as server:
            assert await echo(server) == b"one"
            return weakref.ref(server)

    await once()
    descriptors, threads = len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
    for _ in range(10):
        gone = await once()
        gc.collect()
        assert gone() is None
    assert len(os.listdir("/proc/self/fd")) <= descriptors + 1
    assert len(os.listdir("/proc/self/task")) <= threads + 1
