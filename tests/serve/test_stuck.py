"""Workers whose event loop, threads or process are stuck: health, new connections, and their end."""

import os
import re
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from answering import MANY, answered_by, answers
from gate import Gate
from processes import WAIT, cpu, serving
from wire import grpc

PID = "/gated.Gated/Pid"
HEALTH = "/grpc.health.v1.Health/Check"
SERVING, NOT_SERVING = b"\x08\x01", b"\x08\x02"
NAMES = (b"", b"\x0a\x0bgated.Gated")


def health_is(channel: Any, expected: bytes) -> None:
    """Wait until the server and its service say so."""
    check = channel.unary_unary(HEALTH)
    deadline = time.monotonic() + WAIT
    while [check(name, timeout=WAIT) for name in NAMES] != [expected] * len(NAMES):
        assert time.monotonic() < deadline, "health does not change"
        time.sleep(0.01)


@contextmanager
def stopped(process: int) -> Generator[int]:
    """A process that does nothing, and goes on afterwards if it still is."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


@pytest.mark.parametrize(("method", "said"), [("Hold", "the event loop has not"), ("Block", "calls have waited for a")])
def test_health_while_python_does_not_answer(method: str, said: str, tmp_path: Path) -> None:
    """An event loop that is held, and threads that are all busy, for longer than `unhealthy_after`; one process.

    Threshold: health says NOT_SERVING for the server and each service until calls are handled again.
    """
    env = {"GATE": str(tmp_path / "gate")}
    options = ("--unhealthy-after", "500ms", "--threads", "1")
    with Gate(tmp_path / "gate") as gate, serving("gated", *options, env=env) as served:
        with grpc.insecure_channel(served.address) as channel:
            health_is(channel, SERVING)
            call = channel.unary_unary(f"/gated.Gated/{method}")
            held = [call.future(b"", timeout=WAIT)]
            arrived = gate.arrival()
            # It waits for the only thread.
            held.append(call.future(b"", timeout=WAIT))
            health_is(channel, NOT_SERVING)
            arrived.close()
            gate.arrival().close()
            assert len([each.result() for each in held]) == 2
            health_is(channel, SERVING)
            served.err.wait_for(rf"ERROR .*{said}.* health says NOT_SERVING")
            served.err.wait_for(r"WARNING .*handlers can run again")


def test_threads_that_are_all_busy_are_named_in_the_log(tmp_path: Path) -> None:
    """Once a call has waited for a second, with what there is to do."""
    with (
        Gate(tmp_path / "gate") as gate,
        serving("gated", "--threads", "1", env={"GATE": str(tmp_path / "gate")}) as served,
        grpc.insecure_channel(served.address) as channel,
    ):
        block = channel.unary_unary("/gated.Gated/Block")
        held = [block.future(b"", timeout=WAIT)]
        arrived = gate.arrival()
        deadline = time.monotonic() + WAIT
        while "all 1 threads for def handlers are busy" not in served.err.text():
            assert time.monotonic() < deadline
            held.append(block.future(b"", timeout=WAIT))
            time.sleep(0.1)
        arrived.close()
        for _ in held[1:]:
            gate.arrival().close()
        assert {each.result() for each in held} == {b"blocked"}
        assert re.search(
            r"WARNING .*, \d+ calls wait, the oldest for .*: raise threads or add workers", served.err.text()
        )


def test_calls_that_are_given_up_count(tmp_path: Path) -> None:
    """Clients with short deadlines: none of their calls waits for long, and none is ever taken."""
    env = {"GATE": str(tmp_path / "gate")}
    options = ("--unhealthy-after", "500ms", "--threads", "1")
    with Gate(tmp_path / "gate") as gate, serving("gated", *options, env=env) as served:
        with grpc.insecure_channel(served.address) as channel:
            block = channel.unary_unary("/gated.Gated/Block")
            held = block.future(b"", timeout=WAIT)
            arrived = gate.arrival()
            with pytest.raises(grpc.RpcError) as refused:
                block(b"", timeout=0.05)
            assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            health_is(channel, NOT_SERVING)
            arrived.close()
            assert held.result() == b"blocked"
            health_is(channel, SERVING)


def test_a_process_that_is_stopped() -> None:
    """One of two workers is stopped (SIGSTOP).

    Threshold: all of 40 new connections are answered, by the other one, until it goes on.
    """
    with serving("gated", "--unhealthy-after", "2s", workers=2) as served:
        first, other = served.pids
        both = {str(each).encode() for each in served.pids}
        with stopped(first):
            served.err.wait_for(rf"worker 1 \(pid {first}\) has not answered for")
            served.err.wait_for(rf"worker 1 \(pid {first}\) takes no new connections: it does not answer")
            assert answers(served.address, PID) == {str(other).encode(): MANY}
        served.err.wait_for(rf"worker 1 \(pid {first}\) answers again")
        answered_by(served.address, PID, both)
        # tokio polls a socket that was shut down without end, if it is not registered again.
        before = cpu(first)
        with stopped(other):
            served.err.wait_for(rf"worker 2 \(pid {other}\) takes no new connections")
            assert cpu(first) - before < 0.5
            assert answers(served.address, PID) == {str(first).encode(): MANY}


def test_a_worker_whose_event_loop_is_held(tmp_path: Path) -> None:
    """It gets no new connections until the loop answers."""
    env = {"GATE": str(tmp_path / "gate")}
    with Gate(tmp_path / "gate") as gate, serving("gated", "--unhealthy-after", "2s", env=env, workers=2) as served:
        with grpc.insecure_channel(served.address) as channel:
            stuck = int(channel.unary_unary(PID)(b"", timeout=WAIT))
            (other,) = set(served.pids) - {stuck}
            held = channel.unary_unary("/gated.Gated/Hold").future(b"", timeout=WAIT)
            arrived = gate.arrival()
            served.err.wait_for(rf"\(pid {stuck}\) takes no new connections")
            assert answers(served.address, PID) == {str(other).encode(): MANY}
            arrived.close()
            assert held.result() == b"held"
            served.err.wait_for(rf"\(pid {stuck}\) answers again")
            answered_by(served.address, PID, {str(stuck).encode(), str(other).encode()})


def test_a_worker_whose_threads_are_busy(tmp_path: Path) -> None:
    """It gets no new connections, and is never killed for it."""
    env = {"GATE": str(tmp_path / "gate")}
    options = ("--unhealthy-after", "500ms", "--threads", "1", "--worker-timeout", "2s")
    with Gate(tmp_path / "gate") as gate, serving("gated", *options, env=env, workers=2) as served:
        with grpc.insecure_channel(served.address) as channel:
            busy = int(channel.unary_unary(PID)(b"", timeout=WAIT))
            (other,) = set(served.pids) - {busy}
            block = channel.unary_unary("/gated.Gated/Block")
            held = [block.future(b"", timeout=WAIT) for _ in range(2)]
            arrived = gate.arrival()
            health_is(channel, NOT_SERVING)
            served.err.wait_for(rf"\(pid {busy}\) takes no new connections: it drains, or calls wait for its threads")
            assert answers(served.address, PID) == {str(other).encode(): MANY}
            arrived.close()
            gate.arrival().close()
            assert [each.result() for each in held] == [b"blocked"] * 2
            assert "killing it" not in served.err.text()


@contextmanager
def held(address: str, gate: Gate) -> Generator[int]:
    """A worker whose event loop is held; its pid. The call does not end well."""
    with grpc.insecure_channel(address) as channel:
        process = int(channel.unary_unary(PID)(b"", timeout=WAIT))
        call = channel.unary_unary("/gated.Gated/Hold").future(b"", timeout=WAIT)
        with gate.arrival():
            yield process
        assert call.exception() is not None


@pytest.mark.parametrize("how", ["stopped", "held"])
def test_a_worker_that_is_stuck_is_replaced(how: str, tmp_path: Path) -> None:
    """A worker that is stopped, or whose event loop is held, for longer than `worker_timeout`.

    Threshold: it is killed, and another one takes its place.
    """
    env = {"GATE": str(tmp_path / "gate")}
    with Gate(tmp_path / "gate") as gate, serving("gated", "--worker-timeout", "2s", env=env, workers=2) as served:
        first = served.pids[0]
        with stopped(first) if how == "stopped" else held(served.address, gate) as stuck:
            served.err.wait_for(rf"\(pid {stuck}\) has not answered for .* \(worker_timeout\): killing it")
        served.err.wait_for(rf"\(pid {stuck}\) was ended by SIGKILL; restarting it now")
        back = int(served.out.wait_for(r"serving on \S+ \(pid (\d+)\)", times=3)[-1][1])
        answered_by(served.address, PID, {str(pid).encode() for pid in {back, *served.pids} - {stuck}})
        assert served.stop() == 0
