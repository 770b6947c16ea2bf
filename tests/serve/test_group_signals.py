"""A signal to all processes of a server, as systemd and a shell's `kill -- -PGID` send it."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from answering import OWN_CONNECTION
from gate import Gate
from processes import WAIT, serving
from wire import grpc

CALLS = 8


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_the_supervisor_alone_decides(number: signal.Signals, tmp_path: Path) -> None:
    """Each worker gets the signal and then its supervisor's, which is no second signal.

    Threshold: every call in flight finishes, and the exit code is 0.
    """
    env = {"GATE": str(tmp_path / "gate")}
    with (
        Gate(tmp_path / "gate") as gate,
        serving("gated", "--grace", "60s", env=env, workers=2) as served,
        ExitStack() as channels,
    ):
        opened: list[Any] = []
        reached: set[int] = set()
        # The kernel chooses the worker, and one without a call would end at once.
        while len(opened) < CALLS or reached != set(served.pids):
            channel = channels.enter_context(grpc.insecure_channel(served.address, OWN_CONNECTION))
            reached.add(int(channel.unary_unary("/gated.Gated/Pid")(b"", timeout=WAIT)))
            opened.append(channel)
        calls = [channel.unary_unary("/gated.Gated/Stay").future(b"", timeout=WAIT) for channel in opened]
        arrived = [gate.arrival() for _ in calls]
        for pid in served.pids:
            os.kill(pid, number)
        served.err.wait_for("draining connections", times=2)
        served.process.send_signal(number)
        served.err.wait_for("draining: the workers have 60 s")
        # And once more to the workers: the supervisor would have killed them by itself.
        for pid in served.pids:
            os.kill(pid, number)
        for connection in arrived:
            connection.close()
        assert [call.result() for call in calls] == [b"stayed"] * len(calls)
        assert served.process.wait(WAIT) == 0, served.err.whole()


def test_a_second_signal_to_the_supervisor_ends_all(tmp_path: Path) -> None:
    """Although the workers take none."""
    env = {"GATE": str(tmp_path / "gate")}
    with (
        Gate(tmp_path / "gate") as gate,
        serving("gated", "--grace", "60s", env=env, workers=2) as served,
        grpc.insecure_channel(served.address, OWN_CONNECTION) as channel,
    ):
        call = channel.unary_unary("/gated.Gated/Stay").future(b"", timeout=WAIT)
        arrived = gate.arrival()
        for pid in served.pids:
            os.kill(pid, signal.SIGTERM)
        served.err.wait_for("draining connections", times=2)
        served.process.send_signal(signal.SIGTERM)
        served.err.wait_for("draining: the workers have 60 s")
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(WAIT) == 128 + signal.SIGTERM
        assert call.code() is grpc.StatusCode.UNAVAILABLE
        arrived.close()
