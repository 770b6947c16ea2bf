"""Signals while modules are imported, before anything is served."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gate import Gate
from processes import HANDLERS, WAIT, serving
from wire import grpc

SERVES = """
import sys
from spikard.grpc import serve

serve("gated", bind="127.0.0.1:0")
"""
COMMANDS = {
    "serve": ["-m", "spikard", "serve", "gated", "--bind", "127.0.0.1:0"],
    "routes": ["-m", "spikard", "routes", "gated"],
    "program": ["-c", SERVES],
}
TAKES_SIGNALS = """
import signal, sys
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

def on_signal(number, frame):
    print("the module has", signal.Signals(number).name, file=sys.stderr, flush=True)

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, on_signal)

@grpc_stream(service="taking.Taking")
async def answer(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(b"answer")
"""


@contextmanager
def importing(command: list[str], gate: Gate, path: Path) -> Generator[subprocess.Popen[str]]:
    """A process whose import is held."""
    env = {**os.environ, "PYTHONPATH": str(HANDLERS), "IMPORT_GATE": str(path)}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        arrived = gate.arrival()
        try:
            yield process
        finally:
            process.kill()
            arrived.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("command", COMMANDS)
def test_it_ends_at_once(command: str, number: signal.Signals, tmp_path: Path) -> None:
    """SIGTERM, SIGINT and SIGHUP while modules are imported.

    Threshold: the process ends at once, by the signal, with one line.
    """
    path = tmp_path / "gate"
    with Gate(path) as gate, importing([sys.executable, *COMMANDS[command]], gate, path) as process:
        process.send_signal(number)
        assert process.wait(WAIT) == -number
        assert process.stderr is not None
        assert process.stderr.read() == f"spikard: ended by {number.name} before it served\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_supervisor_ends(number: signal.Signals, tmp_path: Path) -> None:
    """With its first worker, and with the code of the signal."""
    path = tmp_path / "gate"
    command = [sys.executable, *COMMANDS["serve"], "--workers", "2"]
    with Gate(path) as gate, importing(command, gate, path) as process:
        process.send_signal(number)
        assert process.wait(WAIT) == 128 + number
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize("command", ["serve", "program"])
def test_the_signals_are_taken(command: str, tmp_path: Path) -> None:
    """The kernel gives PID 1 of a container only those that it has a handler for."""
    path = tmp_path / "gate"
    with Gate(path) as gate, importing([sys.executable, *COMMANDS[command]], gate, path) as process:
        (caught,) = (
            int(line.split()[1], 16)
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
            if line.startswith("SigCgt:")
        )
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            assert caught & 1 << (number - 1), f"{number.name} has no handler"


def test_handlers_that_a_module_installs_are_replaced(tmp_path: Path) -> None:
    """But the one for SIGHUP, which may mean something else to it."""
    (tmp_path / "taking.py").write_text(TAKES_SIGNALS)
    for number in (signal.SIGTERM, signal.SIGINT):
        with serving("taking", cwd=tmp_path) as served:
            with grpc.insecure_channel(served.address) as channel:
                answer = channel.unary_unary("/taking.Taking/Answer")
                served.process.send_signal(signal.SIGHUP)
                while "the module has SIGHUP" not in served.err.text():
                    # Python runs its handlers when the loop does something.
                    assert answer(b"", timeout=WAIT) == b"answer"
            assert served.stop(number) == 0
            assert served.err.whole().count("the module has") == 1
