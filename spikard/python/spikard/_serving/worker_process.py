"""A worker, from its supervisor's side; :mod:`spikard._serving.worker` is its own side."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from spikard._serving.worker import VARIABLE

# The beats of `python/serving/pulse.rs`, which come twice a second while the event loop answers.
_ABLE, _UNABLE = b"+-"


@dataclass(eq=False)
class WorkerProcess:
    """A process that serves, or is about to."""

    number: int
    process: subprocess.Popen[bytes]
    line: socket.socket | None
    """Connects it to its supervisor; see :class:`spikard._serving.worker.Worker`."""
    started: float = field(default_factory=time.monotonic)
    ready: bool = False
    able: bool = False
    """Whether it takes new connections, as its last beat said."""
    heard: float = 0.0
    """When its event loop last answered."""
    stuck: bool = False
    """Whether it has been silent for so long that it gets no new connections."""
    deadline: float | None = None
    """When it must have ended; ``None`` unless it has been told to end."""
    line_ended: bool = False
    pages: socket.socket | None = None
    """Where its pages of metrics come from, until somebody follows them."""
    _said: bytes = b""

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self.process.pid

    def hear(self) -> dict[str, Any] | None:
        """Reads its line. Returns what it tells once, when it is ready."""
        while self.line is not None:
            try:
                said = self.line.recv(65536)
            except BlockingIOError:
                break
            except OSError:
                said = b""
            if not said:
                self.line_ended = True
                break
            self._said += said
        if self.ready:
            self._on_beats()
            return None
        told, newline, self._said = self._said.partition(b"\n")
        if not newline:
            self._said = told
            return None
        self.ready = self.able = True
        self.heard = time.monotonic()
        self._on_beats()
        return dict(json.loads(told))

    def _on_beats(self) -> None:
        if self._said:
            self.able = self._said[-1] == _ABLE
            self.heard = time.monotonic()
            self._said = b""

    def hang_up(self) -> None:
        """Closes the line."""
        if self.line is not None:
            self.line.close()
            self.line = None

    def drain(self, within: float, *, grace: float | None = None) -> None:
        """Tells the process, once, to drain and end `within` seconds; its calls have a shorter `grace` if one is given.

        A second signal would cut them off.
        """
        if self.deadline is not None:
            return
        self.deadline = time.monotonic() + within
        if grace is None or self.line is None:
            self.process.terminate()
            return
        with contextlib.suppress(OSError):  # it has ended
            self.line.send(f"{grace}\n".encode())


def start(number: int, listening: socket.socket, arguments: list[str], *, metrics: bool = False) -> WorkerProcess:
    """Starts a process of Python with `arguments`; an ``OSError`` if the system is out of processes or descriptors.

    With `metrics`, it sends its pages of metrics.
    """
    with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
        line, their_line = _pair(ours, theirs)
        line.setblocking(False)
        told = {"listening": listening.fileno(), "line": their_line.fileno()}
        pages: socket.socket | None = None
        if metrics:
            pages, their_pages = _pair(ours, theirs)
            told["pages"] = their_pages.fileno()
        process = subprocess.Popen(
            [sys.executable, *subprocess._args_from_interpreter_flags(), *arguments],  # type: ignore[attr-defined]
            env={**os.environ, VARIABLE: json.dumps(told)},
            pass_fds=tuple(told.values()),
            # Ctrl-C in a terminal then reaches the supervisor only, which tells the workers.
            start_new_session=True,
        )
        ours.pop_all()
    return WorkerProcess(number, process, line, pages=pages)


def _pair(ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[socket.socket, socket.socket]:
    """Two connected sockets: one of this process, and one of a process that is about to start."""
    one, other = socket.socketpair()
    return ours.enter_context(one), theirs.enter_context(other)


def kill(processes: Iterable[WorkerProcess]) -> None:
    """Ends processes at once, and waits for their end: none of them waits for the memory of another to be freed."""
    killed = list(processes)
    for process in killed:
        process.process.kill()
    for process in killed:
        process.process.wait()


def how(code: int) -> str:
    """How a process has ended, from its return code."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
