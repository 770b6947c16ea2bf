"""The Python side of one server: its event loop, its threads, its watchdog."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import errno
import itertools
import logging
import os
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from spikard._runtime.loggers import logger_of
from spikard._runtime.loop import LoopRunner
from spikard._runtime.pool import Pool
from spikard._serving.watchdog import Watchdog

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import Bridge
    from spikard._spikard import Server as NativeServer

logger = logging.getLogger("spikard")

CALLS_END_WITHIN = 0.3
"""Seconds for the handlers of cancelled calls to clean up."""
_POOL_ENDS_WITHIN = 0.25


class Runtime:
    """Runs the handlers of a native server on an event loop until the server is closed."""

    def __init__(self, native: NativeServer, handlers: list[Handler], loop: asyncio.AbstractEventLoop) -> None:
        self._native = native
        self._loop = loop
        self._pid = os.getpid()
        self._tokens = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._closed = False
        bridge = native.bridge
        self._runner = _Runner(bridge, loop, handlers, self._done)
        self._pool = Pool(bridge, loop, self._runner, handlers)
        self._runner.attach()
        # Cancelled when the loop ends before the server is stopped.
        self._sentinel = loop.create_task(self._until_cancelled(), name="spikard-sentinel")
        self._watchdog: Watchdog | None = None
        _LIVE.add(self)
        try:
            if any(not handler.on_loop for handler in handlers) and not self._pool.ensure_started():
                raise OSError(errno.EAGAIN, "the system does not start a thread for def handlers")
            self._watchdog = Watchdog(native, loop)
        except BaseException:
            self.close()
            raise

    def expect(self) -> tuple[int, asyncio.Future[None]]:
        """A token, and the future that is done when Rust notifies the token."""
        token = next(self._tokens)
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting[token] = future
        return token, future

    def forget(self, token: int) -> None:
        """Expects a token no longer."""
        self._waiting.pop(token, None)

    async def end_beside(self, left: Callable[[], float]) -> None:
        """Waits for what calls have spawned while there are seconds left; then it is cancelled."""
        await self._runner.beside.finish(left)

    def hurry(self) -> None:
        """The grace period has become shorter."""
        self._runner.beside.hurry()

    async def end_calls(self, within: float) -> None:
        """Waits for the tasks of cancelled calls, for at most `within` seconds."""
        tasks = self._runner.tasks()
        if tasks:
            await asyncio.wait(tasks, timeout=within)

    async def cancel_calls(self, within: float) -> None:
        """Cancels all calls, and waits for their tasks, for at most `within` seconds."""
        self._runner.cancel_all()
        await self.end_calls(within)

    def close(self) -> None:
        """Ends the native server at once, with its threads and tasks."""
        if self._detach():
            self._end_threads()
            self._cancel_what_waits()

    async def end(self) -> None:
        """The same, and the loop goes on while the threads end."""
        if not self._detach():
            return
        ender = ThreadPoolExecutor(1, "spikard-end")
        try:
            await self._loop.run_in_executor(ender, self._end_threads)
        except RuntimeError:  # the system starts no thread, or the interpreter ends
            self._end_threads()
        finally:
            ender.shutdown(wait=False)
            self._cancel_what_waits()

    def _detach(self) -> bool:
        """Takes no more calls; returns whether there is anything to end."""
        if self._closed:
            return False
        self._closed = True
        _LIVE.discard(self)
        if os.getpid() != self._pid:
            # A forked child has none of the threads, and shares the epoll instance of the loop with its parent: a
            # descriptor that it removes would be removed for the parent.
            return False
        if not self._loop.is_closed():
            self._runner.detach()
            self._sentinel.cancel()
        return True

    def _end_threads(self) -> None:
        if self._watchdog is not None:
            self._watchdog.close()
        self._native.close()
        # They wait for the queue, which is closed now, unless a handler blocks them.
        self._pool.join(time.monotonic() + _POOL_ENDS_WITHIN)

    def _cancel_what_waits(self) -> None:
        for future in self._waiting.values():
            if not future.done() and not self._loop.is_closed():
                future.cancel()
        self._waiting.clear()

    def _done(self, token: int) -> None:
        future = self._waiting.pop(token, None)
        if future is not None and not future.done():
            future.set_result(None)

    async def _until_cancelled(self) -> None:
        try:
            await self._loop.create_future()
        finally:
            if not self._closed:
                logger.warning("the event loop ends while a server runs: await server.stop() first")
                self.close()


class _Runner(LoopRunner):
    """Takes calls, notifications and log lines from Rust."""

    def __init__(
        self,
        bridge: Bridge,
        loop: asyncio.AbstractEventLoop,
        handlers: list[Handler],
        on_done: Callable[[int], None],
    ) -> None:
        super().__init__(bridge, loop, handlers, on_lookup=_no_lookup, on_closed=lambda: None)
        self._on_done = on_done

    def _drain(self) -> None:
        super()._drain()
        done, lines = self._bridge.notices()
        for level, target, text in lines:
            # A log handler that raises must not end the loop.
            with contextlib.suppress(Exception):
                logger_of(target.replace("::", ".")).log(level, "%s", text)
        for token in done:
            self._on_done(token)


def _no_lookup(lookup: Any) -> None:
    lookup.refuse("name", "a server in Python knows its handlers from the start")


_LIVE: weakref.WeakSet[Runtime] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    # Before the interpreter is finalised: a thread that returns from Rust after that would end the process.
    for runtime in list(_LIVE):
        with contextlib.suppress(Exception):
            runtime.close()
