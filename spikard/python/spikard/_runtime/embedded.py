"""The event loop of an embedded interpreter, on its main thread, from start to stop."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import sys
import time
from typing import TYPE_CHECKING

from spikard._runtime.application import Application
from spikard._runtime.event_loop import LEFT_BEHIND, end_tasks, new_event_loop, run_until_stopped
from spikard._runtime.frames import user_traceback
from spikard._runtime.lifespan import LifespanFailedError
from spikard._runtime.lookup import NotFoundError, find
from spikard._runtime.loop import LoopRunner
from spikard._runtime.names import ImportFailedError
from spikard._runtime.pool import Pool
from spikard.grpc._forms import Part
from spikard.grpc._health import HEALTH

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import Bridge, Lookup

logger = logging.getLogger("spikard")


class Embedded:
    """The event loop and the pool of a program that embeds Python."""

    def __init__(self, bridge: Bridge, lifespan: str | None, middleware: list[str], exceptions: str | None) -> None:
        self._bridge = bridge
        HEALTH.refuse("health.set: in a program in Rust, health is set in Rust")
        self._parts = _part("lifespan", lifespan), [Part("middleware", name) for name in middleware]
        self._exceptions = _part("exceptions", exceptions)
        self._application = Application(None, None, None)
        self._loop = new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._handlers: list[Handler] = []
        self._indices: dict[str, int] = {}
        self._lookups: list[Lookup] = []
        self._closed = False
        self._runner = LoopRunner(bridge, self._loop, self._handlers, on_lookup=self._postpone, on_closed=self._close)
        self._pool = Pool(bridge, self._loop, self._runner, self._handlers)

    def enter(self) -> str | None:
        """Finds what is around the handlers, and enters the lifespan; returns what is wrong, and nothing is served."""
        try:
            self._application = Application(*self._parts, self._exceptions)
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._application.enter(self._on_lost_lifespan))
        except LifespanFailedError as error:
            return f"the lifespan {error.name} failed when it was entered:\n{user_traceback(error.__cause__ or error)}"
        except ImportFailedError as error:
            return f"{error}:\n{user_traceback(error.__cause__ or error)}"
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            return str(error)
        return None

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

    def _on_lost_lifespan(self) -> None:
        if not self._closed:
            logger.error("the lifespan of the Python handlers has ended while they are served: calls go on without it")

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
            lookup.resolve(index, handler.on_loop, handler.layout, handler.memory)

    def _index(self, name: str) -> int:
        known = self._indices.get(name)
        if known is not None:
            return known
        try:
            handler = self._application.around(find(name))
        except TypeError as error:
            raise NotFoundError("callable", f'"{name}": {error}') from error
        self._handlers.append(handler)
        self._indices[name] = len(self._handlers) - 1
        return self._indices[name]

    def _stop(self, deadline: float) -> bool:
        self._runner.detach()
        try:
            left = self._loop.run_until_complete(self._end_tasks(deadline))
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

    async def _end_tasks(self, deadline: float) -> list[str]:
        def left(share: float) -> float:
            return max(0.0, deadline - time.monotonic()) * share

        # A thread that waits for one comes free.
        self._runner.beside.end_all()
        if self._application.lifespan is not None or self._runner.beside.are_there():
            # The calls, then what they have spawned, then the lifespan; each leaves time for the next.
            self._runner.cancel_all()
            calls = self._runner.tasks()
            if calls:
                await asyncio.wait(calls, timeout=left(0.4))
            end = time.monotonic() + left(0.4)
            await self._runner.beside.finish(lambda: end - time.monotonic())
            await self._application.leave(left(0.6))
        return await end_tasks(left(1.0))


def _part(option: str, name: str | None) -> Part | None:
    return None if name is None else Part(option, name)


def _clean_up() -> None:
    """Runs exit functions and flushes, for an interpreter that is not finalised since a handler is stuck."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed, or None in a program without such a stream
            stream.flush()
