"""Replacing workers one by one, with a successor that is never ready."""

import socket
import subprocess
import sys
import time
from collections.abc import Generator

import pytest

from spikard._serving.rollout import Rollout
from spikard._serving.slot import Slot
from spikard._serving.worker_process import WorkerProcess


@pytest.fixture
def slot() -> Generator[Slot]:
    with socket.socket() as listening:
        yield Slot(1, listening, shared=True)


@pytest.fixture
def child() -> Generator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_a_successor_that_is_never_ready_is_said_once(
    slot: Slot, child: subprocess.Popen[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    slot.current = WorkerProcess(1, child, None, ready=True)
    rollout = Rollout([slot], drain=1.0)
    rollout.begin()
    slot.successor = WorkerProcess(1, child, None)
    assert rollout.step([]) is None
    assert caplog.messages == []
    slot.successor.started = time.monotonic() - 61
    assert rollout.step([]) is None
    assert rollout.step([]) is None
    [said] = caplog.messages
    assert said == (
        f"the successor of worker 1 (pid {child.pid}) is not ready after 60 s: the workers that are there serve on"
    )
