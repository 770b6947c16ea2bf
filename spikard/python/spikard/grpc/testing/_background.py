"""An event loop in a thread of its own, for tests that are not async."""

from __future__ import annotations

import asyncio
import os
import threading
import warnings
from collections.abc import Callable, Coroutine
from concurrent import futures
from typing import Any, TypeVar

from spikard._runtime.event_loop import LEFT_BEHIND, end_tasks, run_until_stopped
from spikard._serving.watchdog import running

_T = TypeVar("_T")

_TASKS_END_WITHIN = 0.3
_RUNS_WITHIN = 60.0
# A handler that never returns to the loop must not hang the tests: after this time it is left behind.
_CLOSES_WITHIN = 5.0
# Loops with tasks that did not end: they cannot be closed, and would warn when they are collected.
_KEPT_ALIVE: list[asyncio.AbstractEventLoop] = []


class BackgroundLoop:
    """Runs coroutines for a thread that waits."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._pid = os.getpid()
        self._closed = False
        self._left: list[str] = []
        self._thread = threading.Thread(target=self._run, name="spikard-testing", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, _T], within: float = _RUNS_WITHIN) -> _T:
        """Runs a coroutine, which ends `within` a number of seconds unless the loop is held: a ``TimeoutError``."""
        running_there = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        if futures.wait([running_there], within + _CLOSES_WITHIN).not_done:
            running_there.cancel()
            name, place = running(self._thread.ident or 0)
            raise TimeoutError(f"the event loop of the test client is held by {name} at {place}")
        return running_there.result()

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None, *, within: float = 0) -> None:
        """Runs `last` (for up to `within` seconds), then ends the remaining tasks, the loop and the thread.

        A task that does not end is left behind, with a ``RuntimeWarning`` that names its handler. Does nothing in a
        forked child.
        """
        if os.getpid() != self._pid:
            # Only the parent has the thread; a wait for it here would never end.
            return
        ending = asyncio.run_coroutine_threadsafe(self._end(last), self._loop)
        if futures.wait([ending], within + _CLOSES_WITHIN).not_done:
            self._left = ["{} at {}".format(*running(self._thread.ident or 0))]
        self._loop.call_soon_threadsafe(self._stop)
        if ending.done():
            self._thread.join()
        if self._left:
            _KEPT_ALIVE.append(self._loop)
            warnings.warn(LEFT_BEHIND % ", ".join(self._left), RuntimeWarning, stacklevel=2)
        else:
            self._loop.close()
        if ending.done():
            ending.result()

    async def _end(self, last: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        try:
            if last is not None:
                await last()
        finally:
            self._left = await end_tasks(_TASKS_END_WITHIN)

    def _run(self) -> None:
        # Runs again after a SystemExit of a handler: other threads wait for the loop.
        while not self._closed:
            run_until_stopped(self._loop)

    def _stop(self) -> None:
        self._closed = True
        self._loop.stop()
