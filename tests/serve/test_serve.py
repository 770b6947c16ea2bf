"""`serve` in a program of the user's own."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from processes import HANDLERS, WAIT, Lines
from wire import grpc

if TYPE_CHECKING:
    from typing_extensions import Self

TWICE = """
import signal, sys, threading
from spikard.grpc import serve
before = signal.getsignal(signal.SIGINT)
for _ in range(2):
    serve("probes", bind="127.0.0.1:0", grace=0.5)
    print("returned", signal.getsignal(signal.SIGINT) is before, flush=True)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("and Ctrl-C is Python's again", flush=True)
sys.exit(3)
"""

IN_MAIN = """
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream, serve

@grpc_stream(service="own.Own")
def answer(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(b"own")

if __name__ == "__main__":
    serve(answer, bind="127.0.0.1:0", loop="asyncio")
"""

IN_THREAD = """
import threading
from spikard.grpc import serve
thread = threading.Thread(target=serve, args=("probes",), kwargs={"bind": "127.0.0.1:0"}, daemon=True)
thread.start()
thread.join()
"""

IN_A_LOOP = """
import asyncio
from spikard.grpc import serve

async def main():
    serve("probes", bind="127.0.0.1:0")

asyncio.run(main())
"""

QUIET = """
import sys
from spikard.grpc import serve
serve("counting", bind="127.0.0.1:0", quiet=True)
"""


class Program:
    """A program that runs."""

    def __init__(self, source: str, folder: Path) -> None:
        file = folder / "program.py"
        file.write_text(source)
        self.process = subprocess.Popen(
            [sys.executable, str(file)],
            cwd=HANDLERS,
            env={"PYTHONPATH": str(HANDLERS)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out = Lines(self.process.stdout)
        self.err = Lines(self.process.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WAIT)
        for lines, stream in ((self.out, self.process.stdout), (self.err, self.process.stderr)):
            lines.whole()
            if stream is not None:
                stream.close()

    def address(self, times: int = 1) -> str:
        """Where it serves, once it does."""
        *_, last = self.out.wait_for(r"serving on (\S+)\n", times)
        return last[1]

    def call(self, path: str, address: str) -> bytes:
        """Make a call."""
        with grpc.insecure_channel(address) as channel:
            answer: bytes = channel.unary_unary(path)(b"one", timeout=WAIT)
            return answer


def test_serve_returns_after_the_drain(tmp_path: Path) -> None:
    """The program goes on, may serve again, and has its signals back."""
    with Program(TWICE, tmp_path) as program:
        for times, number in ((1, signal.SIGTERM), (2, signal.SIGINT)):
            assert program.call("/probes.Probes/Echo", program.address(times)) == b"one"
            program.process.send_signal(number)
            program.out.wait_for("returned True", times)
        assert program.process.wait(WAIT) == 3, program.err.whole()
        assert "and Ctrl-C is Python's again" in program.out.whole()


def test_a_module_that_serves_itself(tmp_path: Path) -> None:
    """`if __name__ == "__main__": serve(handler)`."""
    with Program(IN_MAIN, tmp_path) as program:
        assert program.call("/own.Own/Answer", program.address()) == b"own"
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(WAIT) == 0
        assert re.search(r"own\.Own +Answer +unary +__main__:answer \(Python\)", program.out.whole())


def test_serve_in_a_thread_leaves_the_signals_alone(tmp_path: Path) -> None:
    """They are the main thread's, and the log says that none ends it."""
    with Program(IN_THREAD, tmp_path) as program:
        assert program.call("/probes.Probes/Echo", program.address()) == b"one"
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(WAIT) == -signal.SIGTERM
        assert "serve runs in another thread than the main one, where no signal reaches it" in program.err.whole()


def test_serve_inside_a_loop(tmp_path: Path) -> None:
    """Refused, with what to write instead: as in a notebook."""
    with Program(IN_A_LOOP, tmp_path) as program:
        assert program.process.wait(WAIT) == 1
        assert "RuntimeError: serve runs an event loop of its own, and one runs already" in program.err.whole()
        assert "async with spikard.grpc.Server(" in program.err.whole()
        assert "never awaited" not in program.err.whole()
        assert program.out.whole() == ""


def test_quiet(tmp_path: Path) -> None:
    """Nothing is printed."""
    with Program(QUIET, tmp_path) as program:
        # Nothing says that it serves but the socket.
        inode = wait_for_listener(program.process.pid)
        assert inode
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(WAIT) == 0
        assert (program.out.whole(), program.err.whole()) == ("", "")


def wait_for_listener(pid: int) -> str:
    """Wait until a process has handed its socket to tokio's threads, which have names of their own."""
    tasks = Path(f"/proc/{pid}/task")
    while True:
        names = []
        for task in tasks.iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                names.append(task.joinpath("comm").read_text().strip())
        if "spikard-ending" in names and any(name.startswith("spikard-io") for name in names):
            return names[0]
