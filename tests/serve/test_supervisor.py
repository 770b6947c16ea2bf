"""The supervisor: shortages, a broken pipe, and changes at a bad time."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from answering import OWN_CONNECTION
from changing import NOT_COMPILED, answer_of, waiting, write
from gate import Gate
from processes import HANDLERS, WAIT, Lines, serving
from wire import grpc

WAITS_BEFORE_IT_IS_READY = """
import asyncio, os, socket
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

class Policy(asyncio.DefaultEventLoopPolicy):
    # Set once the signals are taken over, and before the server starts.
    def set_event_loop(self, loop):
        if loop is not None and os.path.exists(os.environ["GATE"]):
            with socket.socket(socket.AF_UNIX) as gate:
                gate.connect(os.environ["GATE"])
                gate.recv(1)
        super().set_event_loop(loop)

asyncio.set_event_loop_policy(Policy())

@grpc_stream(service="changing.Changing")
async def answer(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(b"{answer}")
"""


def pid_of(channel: Any) -> int:
    """The process that a connection leads to."""
    return int(channel.unary_unary("/probes.Probes/Pid")(b"", timeout=WAIT, wait_for_ready=True))


@contextmanager
def connected(address: str, pid: int) -> Generator[Any]:
    """A connection to one of the workers, as the kernel hands them out."""
    for _ in range(200):
        with grpc.insecure_channel(address, OWN_CONNECTION) as channel:
            if pid_of(channel) == pid:
                yield channel
                return
    raise AssertionError("the kernel does not share the port out")


def descriptors(pid: int) -> set[int]:
    """The descriptors of a process."""
    return set(map(int, os.listdir(f"/proc/{pid}/fd")))


@contextmanager
def few_descriptors(pid: int, limit: int) -> Generator[None]:
    """Leave a process without new descriptors from a number on."""
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("free", [0, 2], ids=["no-line", "no-process"])
def test_a_worker_that_cannot_be_started_is_tried_again(free: int) -> None:
    """The others serve meanwhile, and nothing is left behind of the attempts."""
    with serving("probes", workers=2) as served:
        victim, other = served.pids
        supervisor = served.process.pid
        used = descriptors(supervisor)
        # One becomes free with the worker: its line.
        limit = next(n for n in range(3, 1024) if n - len({fd for fd in used if fd < n}) + 1 >= free)
        with connected(served.address, other) as channel, few_descriptors(supervisor, limit if free else 3):
            os.kill(victim, signal.SIGKILL)
            served.err.wait_for(r"worker 1 cannot be started: Too many open files; trying again in 0\.1 s")
            served.err.wait_for(r"worker 1 cannot be started: Too many open files; trying again in 0\.2 s")
            assert pid_of(channel) == other
        served.out.wait_for(r"worker 1 serving on", times=2)
        assert len(descriptors(supervisor)) == len(used)
        assert served.stop() == 0


def test_nobody_reads_what_is_printed() -> None:
    """As in `spikard serve … | tee log` when tee ends: the workers go on, and one that dies is restarted."""
    reader, writer = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "spikard", "serve", "probes", "--bind", "127.0.0.1:0", "--workers", "2"],
        cwd=HANDLERS,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(writer)
        err = Lines(process.stderr)
        try:
            address, first, other = until_ready(reader)
            for pause in ("now", r"in 0\.1 s"):
                os.kill(first, signal.SIGKILL)
                # The second time, it has been said before that the worker is ready.
                err.wait_for(rf"worker 1 \(pid {first}\) was ended by SIGKILL; restarting it {pause}")
                first = another(address, {first, other})
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT) == 0, err.text()
        finally:
            process.kill()


def until_ready(reader: int) -> tuple[str, int, int]:
    """Read until two workers serve, and no more: their address, and the processes."""
    found: list[re.Match[str]] = []
    with open(reader, encoding="utf-8") as out:
        while len(found) < 2:
            line = out.readline()
            assert line, "the workers have ended"
            found.extend(re.finditer(r"serving on (\S+) \(pid (\d+)\)", line))
    return found[0][1], int(found[0][2]), int(found[1][2])


def another(address: str, known: set[int]) -> int:
    """Wait until a process serves that is none of these."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        with grpc.insecure_channel(address, OWN_CONNECTION) as channel:
            pid = pid_of(channel)
        if pid not in known:
            return pid
    raise AssertionError("no other process serves")


def test_a_change_while_workers_drain(tmp_path: Path) -> None:
    """A call that stays open delays it by a second, and the workers start with what was written last."""
    with waiting(tmp_path, "--reload", "--grace", "60s") as changing:
        served = changing.served
        write(changing.module, "two")
        served.err.wait_for("draining connections")
        for times, answer in ((2, "three"), (3, "four")):
            write(changing.module, answer)
            served.err.wait_for(r"changed: changing\.py; restarting: the calls in flight have 1 s", times=times)
        assert changing.call.exception(WAIT).code() is grpc.StatusCode.UNAVAILABLE
        changing.arrived.close()
        answer_of(served, b"four")
        assert served.stop() == 0


def test_the_end_while_workers_drain(tmp_path: Path) -> None:
    """Because of a change: they end within the second that they have."""
    with waiting(tmp_path, "--reload", "--grace", "60s") as changing:
        served = changing.served
        write(changing.module, "two")
        served.err.wait_for("draining connections")
        served.process.send_signal(signal.SIGTERM)
        served.err.wait_for("draining: the workers have 60 s")
        assert changing.call.exception(WAIT).code() is grpc.StatusCode.UNAVAILABLE
        changing.arrived.close()
        assert served.process.wait(WAIT) == 0, served.err.text()


def test_a_change_while_the_event_loop_is_held(tmp_path: Path) -> None:
    """The worker ends without Python, and says how long it had: the second of a reload, not the whole grace period."""
    env = {"GATE": str(tmp_path / "gate")}
    options = ("--reload", "--reload-dir", str(tmp_path), "--grace", "60s")
    with Gate(tmp_path / "gate") as gate, serving("gated", *options, env=env) as served:
        with grpc.insecure_channel(served.address) as channel:
            held = channel.unary_unary("/gated.Gated/Hold").future(b"", timeout=WAIT)
            with gate.arrival():
                (tmp_path / "changed.py").touch()
                served.out.wait_for("worker 1 serving on", times=2)
            assert held.exception() is not None
        # On a machine that is busy, the supervisor may be first.
        served.err.wait_for("the grace period of 1s is over and Python does not end|does not end: killing it")
        assert "the grace period of 60s" not in served.err.text()
        assert served.stop() == 0


def test_a_worker_that_is_told_to_end_before_it_serves(tmp_path: Path) -> None:
    """It ends at once, and starts no others; all of them start after the change."""
    module = tmp_path / "changing.py"
    write(module, "one", WAITS_BEFORE_IT_IS_READY)
    env = {**NOT_COMPILED, "GATE": str(tmp_path / "gate")}
    with serving("changing", "--reload", "--grace", "1s", cwd=tmp_path, env=env, workers=2) as served:
        with Gate(tmp_path / "gate") as gate:
            write(module, "two", WAITS_BEFORE_IT_IS_READY)
            told_to_end = gate.arrival()
            write(module, "three", WAITS_BEFORE_IT_IS_READY)
            served.err.wait_for(r"changed: changing\.py; restarting", times=2)
            gate.arrival().close()
            told_to_end.close()
            served.out.wait_for("worker 1 serving on", times=2)
            gate.arrival().close()
        served.out.wait_for("worker 2 serving on", times=2)
        answer_of(served, b"three")
        assert served.stop() == 0
