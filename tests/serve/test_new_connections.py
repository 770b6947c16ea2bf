"""New connections while workers start, crash, or are not there."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from answering import MANY, answered_by, answers
from gate import Gate
from processes import HANDLERS, WAIT, Served, free_port, serving, spikard
from wire import grpc

PID = "/gated.Gated/Pid"


def pid(process: int) -> bytes:
    """What a worker answers."""
    return str(process).encode()


def restarted(served: Served, times: int) -> int:
    """The pid of worker 1 when it has become ready so often."""
    return int(served.out.wait_for(r"worker 1 serving on \S+ \(pid (\d+)\)", times=times)[-1][1])


def test_nothing_listens_before_the_first_worker_is_ready(tmp_path: Path) -> None:
    """A client is refused, and goes elsewhere; the port is taken all the same."""
    env = {"IMPORT_GATE": str(tmp_path / "gate")}
    address = free_port()
    with Gate(tmp_path / "gate") as gate:
        command = [sys.executable, "-m", "spikard", "serve", "gated", "--workers", "2", "--bind", address]
        with subprocess.Popen(command, cwd=HANDLERS, env={**os.environ, **env}) as process:
            try:
                importing = gate.arrival()
                host, port = address.split(":")
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection((host, int(port)))
                done = spikard("serve", "probes", "--workers", "2", "--bind", address)
                assert done.returncode == 2
                assert "Address already in use" in done.stderr
                importing.close()
                gate.arrival().close()
            finally:
                process.terminate()
                process.wait(WAIT)


def test_while_a_worker_imports(tmp_path: Path) -> None:
    """The one that serves answers all of them."""
    env = {"IMPORT_GATE": str(tmp_path / "gate")}
    with Gate(tmp_path / "gate") as gate:
        first = threading.Thread(target=lambda: gate.arrival().close())
        first.start()
        with serving("gated", "--workers", "2", env=env) as served:
            first.join()
            importing = gate.arrival()
            assert answers(served.address, PID) == {pid(served.pids[0]): MANY}
            importing.close()
            second = int(served.out.wait_for(r"worker 2 serving on \S+ \(pid (\d+)\)")[0][1])
            answered_by(served.address, PID, {pid(served.pids[0]), pid(second)})


def test_while_a_successor_imports(tmp_path: Path) -> None:
    """One of two workers is killed, and its successor imports for long.

    Threshold: all of 40 new connections are answered, by the other one.
    """
    env = {"IMPORT_GATE": str(tmp_path / "gate")}
    with serving("gated", env=env, workers=2) as served:
        victim, other = served.pids
        with Gate(tmp_path / "gate") as gate:
            os.kill(victim, signal.SIGKILL)
            importing = gate.arrival()
            assert answers(served.address, PID) == {pid(other): MANY}
            importing.close()
        answered_by(served.address, PID, {pid(other), pid(restarted(served, 2))})


def test_while_a_worker_crashes_again_and_again() -> None:
    """One of two workers crashes again and again, so that the pause before the next attempt grows.

    Threshold: all of 40 new connections are answered, by the other one.
    """
    with serving("gated", workers=2) as served:
        victim, other = served.pids
        for times, pause in enumerate(("now", "0.1 s", "0.2 s", "0.4 s", "0.8 s", "1.6 s"), 1):
            os.kill(victim, signal.SIGKILL)
            served.err.wait_for(rf"worker 1 .* restarting it (in )?{pause}")
            if pause != "1.6 s":
                victim = restarted(served, times + 1)
        assert answers(served.address, PID) == {pid(other): MANY}


def test_while_a_worker_drains(tmp_path: Path) -> None:
    """Told by another than the supervisor, with a call in flight."""
    env = {"GATE": str(tmp_path / "gate")}
    with Gate(tmp_path / "gate") as gate, serving("gated", "--grace", "60s", env=env, workers=2) as served:
        with grpc.insecure_channel(served.address) as channel:
            staying = channel.unary_unary("/gated.Gated/Stay").future(b"", timeout=WAIT)
            arrived = gate.arrival()
            drains = int(channel.unary_unary(PID)(b"", timeout=WAIT))
            (other,) = set(served.pids) - {drains}
            os.kill(drains, signal.SIGTERM)
            served.err.wait_for(rf"worker \d \(pid {drains}\) takes no new connections")
            assert answers(served.address, PID) == {pid(other): MANY}
            arrived.close()
            assert staying.result() == b"stayed"


@pytest.mark.parametrize("workers", [2, 3])
def test_without_any_worker(workers: int, tmp_path: Path) -> None:
    """Clients wait for the first one that is back, and are not refused; it then has all of them."""
    env = {"IMPORT_GATE": str(tmp_path / "gate")}
    with serving("gated", env=env, workers=workers) as served, Gate(tmp_path / "gate") as gate:
        for victim in served.pids:
            os.kill(victim, signal.SIGKILL)
        served.err.wait_for("was ended by SIGKILL", times=workers)
        importing = [gate.arrival() for _ in range(workers)]
        with socket.create_connection(served.address.split(":"), timeout=WAIT):  # type: ignore[arg-type]
            pass
        importing.pop().close()
        back = int(served.out.wait_for(r"serving on \S+ \(pid (\d+)\)", times=workers + 1)[-1][1])
        assert answers(served.address, PID) == {pid(back): MANY}
        for held in importing:
            held.close()
        served.out.wait_for("serving on", times=2 * workers)
        assert answers(served.address, PID).total() == MANY
