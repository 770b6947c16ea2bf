"""What becomes of workers that say nothing: their event loop is blocked, or the process is stopped."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable

from spikard._serving.worker_process import WorkerProcess, kill

logger = logging.getLogger("spikard")

# Workers that answer say so twice a second.
_SHORTEST = 2.0


class Patience:
    """How long workers may say nothing, in seconds; 0 is for ever."""

    def __init__(
        self, unhealthy_after: float, worker_timeout: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stuck_after = max(unhealthy_after, _SHORTEST) if unhealthy_after else None
        self._killed_after = max(worker_timeout, _SHORTEST) if worker_timeout else None
        self._clock = clock
        self._judged = clock()

    def judge(self, processes: Iterable[WorkerProcess]) -> None:
        """Marks those that are stuck, and kills those that have been for too long."""
        now = self._clock()
        missed = now - self._judged
        self._judged = now
        for process in processes:
            if not process.ready or process.deadline is not None:
                continue
            if missed >= _SHORTEST:
                # The supervisor did not run, as in a virtual machine that was paused: the workers may not have either.
                process.heard = now
            silent = now - process.heard
            if self._killed_after is not None and silent >= self._killed_after:
                logger.error(
                    "worker %d (pid %d) has not answered for %.3g s (worker_timeout): killing it",
                    process.number,
                    process.pid,
                    silent,
                )
                kill((process,))
                continue
            stuck = self._stuck_after is not None and silent >= self._stuck_after
            if stuck and not process.stuck:
                logger.error(
                    "worker %d (pid %d) has not answered for %.3g s",
                    process.number,
                    process.pid,
                    silent,
                )
            elif process.stuck and not stuck:
                logger.warning("worker %d (pid %d) answers again", process.number, process.pid)
            process.stuck = stuck
