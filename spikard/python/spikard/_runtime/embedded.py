"""The event loop of an embedded interpreter, on its main thread, from start to stop."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import sys
import time
from typing import TYPE_CHECKING

from spikard._runtime.event_loop import LEFT_BEHIND, end_tasks, new_event_loop, run_until_stopped
from spikard._runtime.lookup import NotFoundError, find
from spikard._runtime.loop import LoopRunner
from spikard._runtime.pool import Pool

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import Bridge, Lookup

logger = logging.getLogger("spikard")


class Embedded:
    """The event loop and the pool of a program that embeds Python."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._loop = new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._handlers: list[Handler] = []
        self._indices: dict[str, int] = {}
        self._lookups: list[Lookup] = []
        self._closed = False
        self._runner = LoopRunner(bridge, self._loop, self._handlers, on_lookup=self._postpone, on_closed=self._close)
        self._pool = Pool(bridge, self._loop, self._runner, self._handlers)

    def run(self, stop_within: float) -> bool:
        """Serves until the bridge is closed; returns whether all tasks and threads have ended."""
        self._runner.attach()
        while not self._closed:
            run_until_stopped(self._loop)
            self._look_up()
        return self._stop(time.monotonic() + stop_within)

    def _postpone(self, lookup: Lookup) -> None:
        # The loop is stopped for an import: a module may call `asyncio.run` when it is imported.
        self._lookups.append(lookup)
        self._loop.stop()

    def _close(self) -> None:
        self._closed = True
        self._loop.stop()

    def _look_up(self) -> None:
        lookups, self._lookups[:] = list(self._lookups), []
        for lookup in lookups:
            self._answer(lookup)
        if lookups:
            asyncio.set_event_loop(self._loop)

    def _answer(self, lookup: Lookup) -> None:
        try:
            index = self._index(lookup.name)
        except NotFoundError as error:
            lookup.refuse(error.fault, error.text)
        except BaseException as error:
            lookup.refuse("import", f"{lookup.name} could not be looked up: {error!r}")
        else:
            handler = self._handlers[index]
            if not handler.on_loop and not self._pool.ensure_started():
                lookup.refuse("import", "the system does not start a thread for def handlers")
                return
            lookup.resolve(index, handler.on_loop, handler.layout)

    def _index(self, name: str) -> int:
        known = self._indices.get(name)
        if known is not None:
            return known
        handler = find(name)
        self._handlers.append(handler)
        self._indices[name] = len(self._handlers) - 1
        return self._indices[name]

    def _stop(self, deadline: float) -> bool:
        self._runner.detach()
        try:
            left = self._loop.run_until_complete(end_tasks(deadline - time.monotonic()))
            if left:
                logger.warning(LEFT_BEHIND, ", ".join(left))
        except BaseException as error:
            logger.exception("the event loop ended with %s", type(error).__name__)
        ended = self._pool.join(deadline) and not asyncio.all_tasks(self._loop)
        if ended:
            self._loop.close()
        else:
            _clean_up()
        return ended


def _clean_up() -> None:
    """Runs exit functions and flushes, for an interpreter that is not finalised since a handler is stuck."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed, or None in a program without such a stream
            stream.flush()
