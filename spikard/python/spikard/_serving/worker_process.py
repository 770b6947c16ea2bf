"""A worker, from its supervisor's side; :mod:`spikard._serving.worker` is its own side."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from spikard._serving.worker import VARIABLE

# A worker that ran for so long is restarted at once, whatever happened before.
_SETTLED = 10.0
# Not `-m spikard`, which would look in the working directory first: for what Python itself imports, and for spikard.
_START = "import sys; sys.path[:] = {!r}; from spikard._cli import main; main()"
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0


@dataclass
class WorkerProcess:
    """A worker process, and those that replace it: they share a number and a listening socket."""

    number: int
    listening: socket.socket
    process: subprocess.Popen[bytes] | None = None
    line: socket.socket | None = None
    """Connects it to its supervisor; see :class:`spikard._serving.worker.Worker`."""
    said: bytes = b""
    ready: bool = False
    ending: bool = False
    """Whether the process has been told to end: a second signal would cut off its calls."""
    started: float = 0.0
    pause: float = 0.0
    due: float | None = None
    """When it is to be started; ``None`` while it runs, or waits for another event."""

    def start(self, arguments: list[str], path: list[str]) -> socket.socket:
        """Starts a process, and returns its `line`; an ``OSError`` if the system is out of processes or descriptors.

        `path` is its module search path until it has read its arguments.
        """
        self.process, self.line = _spawn(self.listening, arguments, path)
        self.said, self.started = b"", time.monotonic()
        self.ready = self.ending = False
        return self.line

    def terminate(self) -> None:
        """Tells the process to drain and end, once."""
        if self.process is not None and not self.ending:
            self.ending = True
            self.process.terminate()

    def kill(self) -> None:
        """Ends the process at once, and waits for its end."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> float:
        """Schedules a process in place of one that has ended; returns the delay in seconds."""
        if time.monotonic() - self.started > _SETTLED:
            self.pause = 0.0
        return self._put_off(self.pause)

    def retry(self) -> float:
        """Schedules another attempt to start a process; returns the delay in seconds."""
        return self._put_off(max(self.pause, _FIRST_PAUSE))

    def _put_off(self, pause: float) -> float:
        self.pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self.due = time.monotonic() + pause
        return pause


def how(code: int) -> str:
    """How a process has ended, from its return code."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _spawn(
    listening: socket.socket, arguments: list[str], path: list[str]
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    told = {"listening": listening.fileno(), "line": theirs.fileno()}
    try:
        process = subprocess.Popen(
            [sys.executable, *subprocess._args_from_interpreter_flags(), "-c", _START.format(path), *arguments],  # type: ignore[attr-defined]
            env={**os.environ, VARIABLE: json.dumps(told)},
            pass_fds=tuple(told.values()),
            # Ctrl-C in a terminal then reaches the supervisor only, which tells the workers.
            start_new_session=True,
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours
