"""Replaces the workers one by one: SIGHUP."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from spikard._serving.slot import Slot
from spikard._serving.worker_process import WorkerProcess, how

logger = logging.getLogger("spikard")

# Modules may take long to import; one that waits for ever would hold up all replacements without a word.
_LATE_AFTER = 60.0


class Rollout:
    """A successor for each worker: when it serves, on the same socket, the one before it drains."""

    def __init__(self, slots: Sequence[Slot], drain: float) -> None:
        self._slots = slots
        self._drain = drain
        """Seconds within which a process must have drained."""
        self._left: list[Slot] = []
        self._late: WorkerProcess | None = None
        """A successor that was said to be late."""

    def begin(self) -> None:
        """Begins with the first worker, also when it runs already: the code may have changed again."""
        self.cancel()
        for slot in self._slots:
            # One that has not served yet may have the code from before, and nothing to lose.
            if slot.successor is not None:
                slot.successor.drain(self._drain)
        self._left = list(self._slots)

    def cancel(self) -> None:
        """Replaces no further ones."""
        self._left = []

    def step(self, arguments: list[str]) -> WorkerProcess | None:
        """Starts the next successor, if it is time, and returns it."""
        while self._left:
            slot = self._left[0]
            if slot.successor is not None:
                self._judge(slot.successor)
                return None
            if slot.current is None:
                # It is started anyway.
                self._done(slot)
                continue
            try:
                return slot.start_successor(arguments)
            except OSError as error:
                self._fail(slot, f"cannot be started: {error.strerror or error}")
        return None

    def on_ready(self, process: WorkerProcess) -> None:
        """Lets a successor that is ready take its place."""
        for slot in self._slots:
            if slot.successor is process:
                slot.succeed(self._drain)
                self._done(slot)

    def on_exit(self, slot: Slot, process: WorkerProcess) -> None:
        """Forgets a process that has ended and is not the current one of its slot."""
        code = process.process.returncode
        if process is slot.successor:
            slot.successor = None
            if self._left and self._left[0] is slot and process.deadline is None:
                self._fail(slot, how(code))
            return
        slot.retired.remove(process)
        if code != 0:
            logger.error("worker %d (pid %d), which was replaced, %s", slot.number, process.pid, how(code))

    def _done(self, slot: Slot) -> None:
        if self._left and self._left[0] is slot:
            self._left.pop(0)
            if not self._left:
                logger.info("all workers have been replaced")

    def _judge(self, process: WorkerProcess) -> None:
        if process.deadline is None and process is not self._late and time.monotonic() - process.started > _LATE_AFTER:
            self._late = process
            text = "the successor of worker %d (pid %d) is not ready after %.3g s: the workers that are there serve on"
            logger.warning(text, process.number, process.pid, _LATE_AFTER)

    def _fail(self, slot: Slot, why: str) -> None:
        logger.error("the successor of worker %d %s: the workers that are left serve on", slot.number, why)
        self._left = []
