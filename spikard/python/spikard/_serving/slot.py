"""The place of a worker: its number, its socket, and the processes that have it one after another."""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from spikard._serving import sockets
from spikard._serving.worker_process import WorkerProcess, start

logger = logging.getLogger("spikard")

# A worker that ran for so long is restarted at once, whatever happened before.
_SETTLED = 10.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0


@dataclass(eq=False)
class Slot:
    """The place of a worker."""

    number: int
    listening: socket.socket
    shared: bool
    """Whether the other slots have the same socket."""
    metrics: bool = False
    """Whether its processes send pages of metrics."""
    current: WorkerProcess | None = None
    successor: WorkerProcess | None = None
    """A process that is to replace the current one, on the same socket, once it is ready."""
    retired: list[WorkerProcess] = field(default_factory=list)
    """Processes that drain; their place is taken."""
    due: float | None = None
    """When a process is to be started; ``None`` while one runs, or the slot waits for another event."""
    pause: float = 0.0
    _left_over: bool = False
    """Whether the socket listens, perhaps, for a process that has ended."""
    _refused: str | None = None
    """Why the system did not put the socket back, or take it out, when last asked."""

    def processes(self) -> Iterator[WorkerProcess]:
        """All of them."""
        if self.current is not None:
            yield self.current
        if self.successor is not None:
            yield self.successor
        yield from self.retired

    def start(self, arguments: list[str]) -> WorkerProcess:
        """Starts a process; an ``OSError`` if the system is out of processes or descriptors."""
        self.current = start(self.number, self.listening, arguments, metrics=self.metrics)
        return self.current

    def start_successor(self, arguments: list[str]) -> WorkerProcess:
        """Starts a process beside the current one; an ``OSError`` as above."""
        self.successor = start(self.number, self.listening, arguments, metrics=self.metrics)
        return self.successor

    def succeed(self, within: float) -> None:
        """The successor takes the place; the process before it drains `within` seconds."""
        if self.current is not None:
            self.current.drain(within)
            self.retired.append(self.current)
        self.current, self.successor = self.successor, None
        self.due = None

    def restart(self) -> float:
        """Schedules a process in place of one that has ended; returns the delay in seconds."""
        ended, self.current = self.current, None
        self._left_over = True
        if ended is not None and time.monotonic() - ended.started > _SETTLED:
            self.pause = 0.0
        return self._put_off(self.pause)

    def retry(self) -> float:
        """Schedules another attempt to start a process; returns the delay in seconds."""
        return self._put_off(max(self.pause, _FIRST_PAUSE))

    def _put_off(self, pause: float) -> float:
        self.pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self.due = time.monotonic() + pause
        return pause

    @property
    def able(self) -> bool:
        """Whether new connections are answered here."""
        process = self.current
        return process is not None and process.ready and process.able and not process.stuck and process.deadline is None

    @property
    def starts(self) -> bool:
        """Whether its process begins to listen, when it is ready, at any moment."""
        return self.current is not None and not self.current.ready and not self._left_over

    def leave(self) -> bool:
        """Takes the socket out of those that the kernel gives connections to; returns whether it was one of them."""
        self._left_over = False
        left = False
        if not self.shared:
            with self._said_once("cannot be kept from new connections"):
                left = sockets.leave(self.listening)
        return left

    def join(self) -> None:
        """Puts it back."""
        self._left_over = False
        if not self.shared:
            with self._said_once("cannot be given new connections"):
                sockets.join(self.listening)

    @contextlib.contextmanager
    def _said_once(self, what: str) -> Generator[None]:
        """Logs an ``OSError``, and not again while it is the same: the supervisor tries twice a second."""
        refused = None
        try:
            yield
        except OSError as error:
            refused = error.strerror or str(error)
        if refused is not None and refused != self._refused:
            logger.error("worker %d %s: %s; trying again", self.number, what, refused)
        self._refused = refused


def regroup(slots: Sequence[Slot]) -> None:
    """Has the kernel give new connections to the workers that answer.

    If none does, all is left as it is: clients then wait, rather than be refused.
    """
    able = [slot for slot in slots if slot.able]
    if not able:
        return
    for slot in slots:
        if slot.able:
            slot.join()
        elif not slot.starts and slot.leave():
            process = slot.current
            if process is not None and process.ready:
                why = "it does not answer" if process.stuck else "it drains, or calls wait for its threads"
                logger.info("worker %d (pid %d) takes no new connections: %s", process.number, process.pid, why)
