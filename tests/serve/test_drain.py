"""Graceful shutdown: what a signal does to calls in flight, and how long it may take."""

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import OWN_CONNECTION
from processes import WAIT, Served, cpu, serving
from raw_client import RawClient, message
from wire import grpc

GRACE = 0.5

STUCK = """
import asyncio, threading
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

@grpc_stream(service="stuck.Stuck")
async def stick(request: GrpcRequest) -> GrpcResponse:
    print("stuck", flush=True)
    await asyncio.to_thread(threading.Event().wait)
    return GrpcResponse()
"""


LEARNING = """
import time
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

@grpc_stream(service="learning.Learning")
async def watch(request: GrpcRequest):
    yield b"begun"
    await request.call.draining()
    yield b"over" if request.call.is_draining() else b"not yet"

@grpc_stream(service="learning.Learning")
async def wait(request: GrpcRequest) -> GrpcResponse:
    print("waits", flush=True)
    await request.call.draining()
    return GrpcResponse(b"over")

@grpc_stream(service="learning.Learning")
def work(request: GrpcRequest) -> GrpcResponse:
    print("works", flush=True)
    while not request.call.is_draining():
        time.sleep(0.01)
    return GrpcResponse(b"over")
"""


class Load:
    """Threads that call until the server is gone, and what was answered."""

    def __init__(self, address: str, threads: int = 4) -> None:
        self.answered: set[str] = set()
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._call, args=(address, n)) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def _call(self, address: str, thread: int) -> None:
        with grpc.insecure_channel(address, OWN_CONNECTION) as channel:
            record = channel.unary_unary("/probes.Probes/Record")
            for number in range(1_000_000):
                name = f"{thread}-{number}"
                try:
                    assert record(name.encode(), timeout=WAIT).decode() == name
                except grpc.RpcError:
                    return
                with self._changed:
                    self.answered.add(name)
                    self._changed.notify_all()

    def wait_for(self, calls: int) -> None:
        """Wait until so many calls have been answered."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.answered) >= calls, WAIT)

    def join(self) -> None:
        """Wait for the threads."""
        for thread in self._threads:
            thread.join(WAIT)
            assert not thread.is_alive()


def stuck_upload(served: Served) -> RawClient:
    """An upload that is never finished, on its way into the server."""
    client = RawClient(served.address)
    client.socket.sendall(client.begin("/probes.Probes/Join", message(b"first"), end=False))
    # A connection is read in order: when a later call is answered, the upload is in progress.
    assert client.call_many("/probes.Probes/Echo", [b"one"]) == [b"one"]
    return client


@pytest.mark.alone
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("round_", range(10))
def test_sigterm_under_load_with_a_stuck_stream(round_: int, workers: int, tmp_path: Path) -> None:
    """SIGTERM under load, beside an upload that is never finished.

    Threshold: it is gone within the grace period and a second, and each call that a handler finished has its answer.
    """
    record = tmp_path / "record"
    record.touch()
    with serving("probes", "--grace", str(GRACE), env={"PROBES_RECORD": str(record)}, workers=workers) as served:
        stuck = stuck_upload(served)
        load = Load(served.address)
        load.wait_for(40 + 10 * round_)
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        code = served.process.wait(WAIT)
        took = time.monotonic() - began
        load.join()
        stuck.close()
    assert took < GRACE + 1, served.err.text()
    assert code == 0, served.err.text()
    assert set(record.read_text().split()) == load.answered


@pytest.mark.alone
def test_a_coroutine_that_holds_the_loop_holds_nothing_up() -> None:
    """The process is gone in time, says why, and its exit code is not that of a drain."""
    with serving("probes", "--grace", str(GRACE)) as served:
        with grpc.insecure_channel(served.address) as channel:
            held = channel.unary_unary("/probes.Probes/Hold").future(b"60")
            served.err.wait_for("blocks the event loop")
            began = time.monotonic()
            assert served.stop() == 1
            assert time.monotonic() - began < GRACE + 1
            assert held.exception(WAIT) is not None
        assert "the grace period of 500ms is over and Python does not end" in served.err.whole()


@pytest.mark.alone
def test_a_thread_that_is_stuck_holds_nothing_up() -> None:
    """A `def` handler that never returns is left behind."""
    with serving("probes", "--grace", str(GRACE)) as served, grpc.insecure_channel(served.address) as channel:
        blocked = channel.unary_unary("/probes.Probes/Block").future(b"")
        runs = channel.unary_unary("/probes.Probes/Runs")
        while runs(b"block", timeout=WAIT) != b"1":
            pass
        began = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - began < GRACE + 1
        assert blocked.exception(WAIT) is not None


def stick(served: Served) -> None:
    """Leave a thread of the user's behind that the end of Python waits for."""
    with grpc.insecure_channel(served.address) as channel:
        call = channel.unary_unary("/stuck.Stuck/Stick").future(b"")
        served.out.wait_for(r"\nstuck\n")
        call.cancel()


def thread_names(pid: int) -> Iterator[str]:
    """The names of the threads of a process."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
            yield task.joinpath("comm").read_text()


def test_waiting_for_a_thread_costs_nothing(tmp_path: Path) -> None:
    """Python waits for it until the bound of the drain, after the drain itself is over."""
    (tmp_path / "stuck.py").write_text(STUCK)
    with serving("stuck", "--grace", "2s", cwd=tmp_path) as served:
        stick(served)
        pid = served.process.pid
        before = cpu(pid)
        served.process.send_signal(signal.SIGTERM)
        # It has ended, and can still be asked.
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert cpu(pid) - before < 0.5
        assert served.process.wait(WAIT) == 0, served.err.text()


def test_a_second_signal_ends_at_once_after_the_drain(tmp_path: Path) -> None:
    """While Python still waits for a thread."""
    (tmp_path / "stuck.py").write_text(STUCK)
    with serving("stuck", "--grace", "60s", cwd=tmp_path) as served:
        stick(served)
        served.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + WAIT
        while any(name.startswith("spikard-io") for name in thread_names(served.process.pid)):
            assert time.monotonic() < deadline, "the drain does not end"
        assert served.stop(signal.SIGTERM) == 128 + signal.SIGTERM


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_signal_ends_at_once(workers: int) -> None:
    """However long the grace period still is."""
    with serving("probes", "--grace", "60s", workers=workers) as served:
        with grpc.insecure_channel(served.address) as channel:
            hung = channel.unary_unary("/probes.Probes/Hang").future(b"second")
            runs = channel.unary_unary("/probes.Probes/Runs")
            while runs(b"second", timeout=WAIT) != b"1":
                pass
            served.process.send_signal(signal.SIGINT)
            served.err.wait_for("draining connections", times=workers)
            assert served.stop(signal.SIGTERM) == 128 + signal.SIGTERM
            assert hung.exception(WAIT) is not None


def test_a_drain_waits_for_what_ends_in_time() -> None:
    """A call in flight gets its answer, and the process ends when it has."""
    with serving("probes", "--grace", "30s", "--threads", "2") as served:
        with grpc.insecure_channel(served.address) as channel:
            held = channel.unary_unary("/probes.Probes/Hold").future(b"0.5")
            served.err.wait_for("blocks the event loop")
            assert served.stop() == 0
            assert held.result(WAIT) == b""


def test_a_signal_before_the_server_is_ready(tmp_path: Path) -> None:
    """A module that takes long to import does not keep the process from ending."""
    (tmp_path / "slow.py").write_text("import time, sys\nprint('serving on x (pid 1)', flush=True)\ntime.sleep(60)\n")
    with serving("slow", "--app-dir", str(tmp_path)) as served:
        assert served.stop() == -signal.SIGTERM


def test_the_process_is_the_one_that_says_so() -> None:
    """The pid that is printed."""
    with serving("probes") as served:
        assert served.pids == [served.process.pid]
        assert served.process.pid != os.getpid()


@pytest.mark.parametrize("workers", [1, 2])
def test_handlers_learn_of_the_drain(workers: int, tmp_path: Path) -> None:
    """On the event loop, in a thread, and while they stream; each ends by itself, long before the grace period does."""
    (tmp_path / "learning.py").write_text(LEARNING)
    with serving("learning", "--grace", "600s", cwd=tmp_path, workers=workers) as served:
        with grpc.insecure_channel(served.address) as channel:
            watch = channel.unary_stream("/learning.Learning/Watch")(b"", timeout=WAIT)
            assert next(watch) == b"begun"
            waits = channel.unary_unary("/learning.Learning/Wait").future(b"", timeout=WAIT)
            works = channel.unary_unary("/learning.Learning/Work").future(b"", timeout=WAIT)
            served.out.wait_for("waits")
            served.out.wait_for("works")
            assert not waits.done()
            assert not works.done()
            served.process.send_signal(signal.SIGTERM)
            assert list(watch) == [b"over"]
            assert (waits.result(), works.result()) == (b"over", b"over")
        assert served.process.wait(WAIT) == 0
        assert len(re.findall(r"INFO .*: drained in [\d.]+(?:s|ms|µs)", served.err.whole())) == workers
