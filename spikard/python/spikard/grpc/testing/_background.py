"""An event loop in a thread of its own, for tests that are not async."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from spikard._runtime.loop import run_until_stopped

_T = TypeVar("_T")


class BackgroundLoop:
    """Runs coroutines for a thread that waits."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._pid = os.getpid()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="spikard-testing", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        """Runs a coroutine to its end."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Runs `last`, then ends the tasks that are left, the loop and the thread; does nothing in a forked child."""
        if os.getpid() != self._pid:
            # The thread is the parent's: who waited for it here would wait for ever.
            return
        try:
            if last is not None:
                self.run(last())
        finally:
            self._end()

    def _end(self) -> None:
        try:
            self.run(self._end_tasks())
        finally:
            self._loop.call_soon_threadsafe(self._stop)
            self._thread.join()
            self._loop.close()

    def _run(self) -> None:
        # Whatever a handler does, the threads that wait for the loop must not wait for ever.
        while not self._closed:
            run_until_stopped(self._loop)

    def _stop(self) -> None:
        self._closed = True
        self._loop.stop()

    async def _end_tasks(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_asyncgens()
