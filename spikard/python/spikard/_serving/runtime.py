"""The Python side of one server: its event loop's end of the bridge, its threads, its watchdog."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import itertools
import logging
import os
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spikard._runtime.loop import LoopRunner
from spikard._runtime.pool import Pool
from spikard._serving.watchdog import Watchdog

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import Bridge
    from spikard._spikard import Server as NativeServer

logger = logging.getLogger("spikard")

CALLS_END_WITHIN = 0.3
"""Seconds that calls that were cut off may take to clean up."""
_POOL_ENDS_WITHIN = 0.25


class Runtime:
    """Runs the handlers of a native server on an event loop until the server is closed."""

    def __init__(self, native: NativeServer, handlers: list[Handler], loop: asyncio.AbstractEventLoop) -> None:
        self._native = native
        self._loop = loop
        self._pid = os.getpid()
        self._tokens = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[None]] = {}
        bridge = native.bridge
        self._runner = _Runner(bridge, loop, handlers, self._done)
        self._pool = Pool(bridge, loop, self._runner, handlers)
        if any(not handler.on_loop for handler in handlers):
            self._pool.ensure_started()
        self._runner.attach()
        # Cancelled when the loop ends under a server that nobody has stopped.
        self._sentinel = loop.create_task(self._until_cancelled(), name="spikard-sentinel")
        self._watchdog = Watchdog(native, loop)
        self._closed = False
        _LIVE.add(self)

    def expect(self) -> tuple[int, asyncio.Future[None]]:
        """A number, and the future that is done when Rust says so of the number."""
        token = next(self._tokens)
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting[token] = future
        return token, future

    def forget(self, token: int) -> None:
        """Expects a number no longer."""
        self._waiting.pop(token, None)

    async def end_calls(self, within: float) -> None:
        """Gives the tasks of calls that were cut off a moment to end."""
        tasks = self._runner.tasks()
        if tasks:
            await asyncio.wait(tasks, timeout=within)

    async def cancel_calls(self, within: float) -> None:
        """Cancels all calls, and gives their tasks a moment to end."""
        self._runner.cancel_all()
        await self.end_calls(within)

    def close(self) -> None:
        """Ends the native server at once, and everything around it."""
        if self._closed:
            return
        self._closed = True
        _LIVE.discard(self)
        if os.getpid() != self._pid:
            # A forked child has none of the threads, and shares the loop's epoll instance with its parent: what it
            # takes out of it, the parent's loop does not hear of any more.
            return
        self._watchdog.close()
        if not self._loop.is_closed():
            self._runner.detach()
            self._sentinel.cancel()
        self._native.close()
        # They wait for the queue that is closed now, unless a handler keeps them.
        self._pool.join(time.monotonic() + _POOL_ENDS_WITHIN)
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
                logger.warning("the event loop ends under a server that was not stopped: await server.stop() before")
                self.close()


class _Runner(LoopRunner):
    """Takes calls, and what else Rust has to tell."""

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
            # A log handler of the user's that raises must not end the loop.
            with contextlib.suppress(Exception):
                logging.getLogger(target.replace("::", ".")).log(level, "%s", text)
        for token in done:
            self._on_done(token)


def _no_lookup(lookup: Any) -> None:
    lookup.refuse("name", "a server in Python knows its handlers from the start")


_LIVE: weakref.WeakSet[Runtime] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    # Before the interpreter ends: a thread that comes back from Rust later finds none.
    for runtime in list(_LIVE):
        with contextlib.suppress(Exception):
            runtime.close()
