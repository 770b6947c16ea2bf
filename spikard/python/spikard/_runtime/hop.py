"""Middleware that is an ``async def`` around a handler that is a ``def``.

The thread of the call waits while the middleware runs on the event loop, and runs the rest when the middleware asks for
it. So the call has its thread from its start to its end, and the limits of the threads hold for it as for every other.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from spikard._runtime.layer import Layer

GetLoop = Callable[[], asyncio.AbstractEventLoop]

_Job = Callable[[], None]


def hop(layer: Layer, call_next: Callable[[Any], Any], get_loop: GetLoop) -> Callable[[Any], Any]:
    """A function for a thread, which runs the middleware on the loop and what is in it in the thread."""

    def run(request: Any) -> Any:
        hopping = _Hop(layer, call_next, get_loop(), request)
        return layer.checked(hopping.run(), request)

    return run


class _Hop:
    """One call of the middleware."""

    def __init__(self, layer: Layer, call_next: Any, loop: asyncio.AbstractEventLoop, request: Any) -> None:
        self._layer = layer
        self._call_next = call_next
        self._loop = loop
        self._request = request
        # For the thread; `None` at the end.
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._task: asyncio.Task[None] | None = None
        self._returned: Any = None
        self._raised: BaseException | None = None

    def run(self) -> Any:
        """Runs it to its end, in the thread."""
        # In a copy of this context, which the call has.
        self._loop.call_soon_threadsafe(self._start)
        while (job := self._jobs.get()) is not None:
            job()
        raised, self._raised = self._raised, None
        if raised is not None:
            try:
                raise raised
            finally:
                del raised  # it refers to this frame
        return self._returned

    def _start(self) -> None:
        self._task = self._loop.create_task(self._on_loop(), name=self._layer.name)
        self._task.add_done_callback(lambda _: self._jobs.put(None))
        # A call that is given up has no task of its own that would be cancelled.
        self._request.call.on_end(self._task.cancel)

    async def _on_loop(self) -> None:
        # Every exception is the thread's: SystemExit or KeyboardInterrupt out of a task would end the loop.
        try:
            self._returned = await self._layer.function(self._request, self._in_thread)
        except BaseException as error:
            self._raised = error

    async def _in_thread(self, request: Any) -> Any:
        """The middleware's ``call_next``."""
        done: asyncio.Future[Any] = self._loop.create_future()
        # What the middleware has set, the handler sees.
        context = contextvars.copy_context()
        self._jobs.put(lambda: self._do(context, request, done))
        return _result(await done)

    def _do(self, context: contextvars.Context, request: Any, done: asyncio.Future[Any]) -> None:
        outcome: tuple[Any, BaseException | None]
        try:
            outcome = (context.run(self._call_next, request), None)
        except BaseException as error:
            outcome = (None, error)
        self._loop.call_soon_threadsafe(_settle, done, outcome)


def _settle(done: asyncio.Future[Any], outcome: tuple[Any, BaseException | None]) -> None:
    if not done.done():  # the middleware was cancelled
        done.set_result(outcome)


def _result(outcome: tuple[Any, BaseException | None]) -> Any:
    # Not by the future: it takes no StopIteration.
    response, error = outcome
    if error is not None:
        raise error
    return response
