"""What the system refuses: threads, and a place to print."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import pytest
from processes import HANDLERS, WAIT, Lines
from wire import grpc

from spikard.grpc import Server

NAMED = """
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

@grpc_stream(service="named.Named", method="Greet")
async def grüße(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(b"")
"""


def start(
    *arguments: str,
    cwd: Path = HANDLERS,
    stdout: int | IO[str] | None = subprocess.DEVNULL,
    env: dict[str, str] | None = None,
    shell: str = "",
) -> subprocess.Popen[str]:
    """Start the command on a free port, after a command of the shell."""
    command = [sys.executable, "-m", "spikard", "serve", *arguments, "--bind", "127.0.0.1:0"]
    return subprocess.Popen(
        ["sh", "-c", f'{shell}\nexec "$@"', "sh", *command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_threads_that_cannot_be_started(workers: int) -> None:
    """One clear message and the exit code of a mistake, rather than a process that hangs."""
    # 3 GiB, in which the stacks of 3,000 threads have no place.
    limit = "ulimit -v 3145728"
    with start("probes", "--runtime-threads", "3000", "--workers", str(workers), shell=limit) as process:
        try:
            assert process.wait(WAIT) == 2
        finally:
            process.kill()
        assert process.stderr is not None
        said = process.stderr.read()
    assert said.count("spikard: error: ") == 1
    assert "the system does not start 3000 threads (runtime_threads): " in said
    assert "panicked" not in said


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_full_disk(workers: str) -> None:
    """The table cannot be printed, and the server serves on."""
    with open("/dev/full", "w") as full, start("probes", "--workers", workers, stdout=full) as process:
        try:
            err = Lines(process.stderr)
            err.wait_for("WARNING .*cannot write to standard output: No space left on device")
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT) == 0, err.text()
        finally:
            process.kill()


def test_a_pipe_that_nobody_reads() -> None:
    """As in `spikard serve app | true`."""
    with subprocess.Popen(["true"], stdin=subprocess.PIPE, text=True) as true:
        true.wait(WAIT)
        with start("probes", stdout=true.stdin) as process:
            try:
                err = Lines(process.stderr)
                until_it_serves(process)
                process.send_signal(signal.SIGTERM)
                assert process.wait(WAIT) == 0, err.text()
            finally:
                process.kill()


def until_it_serves(process: subprocess.Popen[str]) -> None:
    """Wait for the threads that speak HTTP/2."""
    deadline = time.monotonic() + WAIT
    while "spikard-io" not in (task.joinpath("comm").read_text().strip() for task in tasks(process.pid)):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)


def tasks(pid: int) -> list[Path]:
    """The threads of a process."""
    return list(Path(f"/proc/{pid}/task").iterdir())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_name_that_the_output_has_no_letters_for(workers: str, tmp_path: Path) -> None:
    """It is escaped."""
    (tmp_path / "named.py").write_text(NAMED)
    env = {"PYTHONIOENCODING": "ascii"}
    with start("named", "--workers", workers, cwd=tmp_path, env=env, stdout=subprocess.PIPE) as process:
        try:
            out = Lines(process.stdout)
            (found,) = out.wait_for(r"serving on (\S+) ")[:1]
            assert r"gr\xfc\xdfe" in out.text()
            with grpc.insecure_channel(found[1]) as channel:
                assert channel.unary_unary("/named.Named/Greet")(b"", timeout=WAIT) == b""
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT) == 0
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["spikard-def-1", "spikard-watchdog"])
@pytest.mark.asyncio
async def test_a_server_whose_threads_are_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not start, leaves nothing behind, and another one can."""
    start_it = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == name:
            raise RuntimeError("can't start new thread")
        start_it(thread)

    before = {thread.name for thread in threading.enumerate()}
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises((OSError, RuntimeError), match="thread"):
            await Server("probes", bind="127.0.0.1:0").start()
    assert {thread.name for thread in threading.enumerate()} <= before
    async with Server("probes", bind="127.0.0.1:0") as server:
        assert server.port
