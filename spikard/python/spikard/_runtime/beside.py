"""What goes on beside the calls of one server."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from spikard._runtime.frames import user_frames
from spikard._runtime.loggers import logger_of
from spikard.grpc._beside import CallHandle

logger = logger_of("spikard")

# Seconds for tasks that were cancelled to clean up.
_CLEAN_UP_WITHIN = 0.1


class BesideCalls:
    """The callbacks for the end of calls, and the tasks that calls have spawned; on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        # Empty unless a handler asks: then a call that ends has nothing to look up.
        self.ends: dict[int, list[tuple[contextvars.Context, Callable[[], object]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._hurried = asyncio.Event()

    def on_end(self, call: CallHandle, callback: Callable[[], object]) -> None:
        """Has a callback called, on the loop, when a call ends."""
        self._do(self._add, call, contextvars.copy_context(), callback)

    def _add(self, call: CallHandle, context: contextvars.Context, callback: Callable[[], object]) -> None:
        self.ends.setdefault(call.id, []).append((context, callback))
        # Asked afterwards: a thread whose call ends looks here after that.
        if call.has_ended():
            self.ended(call.id)

    def ended(self, call_id: int) -> None:
        """Calls the callbacks of a call that has ended; on the loop."""
        for context, callback in self.ends.pop(call_id, ()):
            try:
                context.run(callback)
            except Exception as error:
                _log(error, "%r, for the end of a call, raised %s", callback)

    def end_all(self) -> None:
        """Calls those of all calls, at the end of the server; on the loop."""
        for call_id in list(self.ends):
            self.ended(call_id)

    def spawn(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Runs a coroutine in a task, in a copy of the context of the caller."""
        self._do(self._start, coroutine)

    def _start(self, coroutine: Coroutine[Any, Any, object]) -> None:
        name = str(getattr(coroutine, "__qualname__", coroutine))
        task = self._loop.create_task(_run(name, coroutine), name=name)
        # asyncio holds tasks weakly: one without another reference may be collected while it runs.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # One that is cancelled before its first step never awaits it.
        task.add_done_callback(lambda _: coroutine.close())

    def are_there(self) -> bool:
        """Whether there are tasks that have not ended."""
        return bool(self._tasks)

    def hurry(self) -> None:
        """There is less time left than before."""
        self._hurried.set()

    async def finish(self, left: Callable[[], float]) -> None:
        """Waits for the tasks while there are seconds left; those that remain are named in the log, and cancelled."""
        while self._tasks and (seconds := left()) > 0:
            self._hurried.clear()
            hurried = asyncio.ensure_future(self._hurried.wait())
            await asyncio.wait({*self._tasks, hurried}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            hurried.cancel()
        if self._tasks:
            names = sorted(task.get_name() for task in self._tasks)
            logger.warning("cancelled, because the grace period is over: %s", ", ".join(names))
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=_CLEAN_UP_WITHIN)

    def _do(self, function: Callable[..., None], *arguments: Any) -> None:
        """Calls a function of the loop's thread, now or soon, in this context."""
        running: asyncio.AbstractEventLoop | None = None
        with contextlib.suppress(RuntimeError):
            running = asyncio.get_running_loop()
        if running is self._loop:
            function(*arguments)
        else:
            self._loop.call_soon_threadsafe(function, *arguments)


async def _run(name: str, coroutine: Coroutine[Any, Any, object]) -> None:
    try:
        await coroutine
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # SystemExit too: it would end the loop
        _log(error, "%s, beside a call, raised %s", name)


def _log(error: BaseException, text: str, what: object) -> None:
    with contextlib.suppress(Exception):  # a log handler that raises
        shown = (type(error), error, user_frames(error.__traceback__))
        logger.log(logging.ERROR, text, what, type(error).__name__, exc_info=shown)
