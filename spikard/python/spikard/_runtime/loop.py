"""Runs calls on an event loop."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from spikard._runtime.beside import BesideCalls
from spikard._runtime.live import LiveCall
from spikard._runtime.loggers import logger_of
from spikard._runtime.outcome import answered, failed
from spikard._runtime.stream import StreamCall
from spikard._runtime.upload import UploadCall
from spikard.grpc._beside import BESIDE
from spikard.grpc._drain import DRAINS, Drains
from spikard.grpc._request import GrpcDuplexRequest

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import Bridge, InboundCall, Lookup


logger = logger_of("spikard")


class LoopRunner:
    """Takes calls from the bridge in batches, and runs each in a task of its own."""

    def __init__(
        self,
        bridge: Bridge,
        loop: asyncio.AbstractEventLoop,
        handlers: list[Handler],
        *,
        on_lookup: Callable[[Lookup], None],
        on_closed: Callable[[], None],
    ) -> None:
        self._bridge = bridge
        self._loop = loop
        self._handlers = handlers
        self._on_lookup = on_lookup
        self._on_closed = on_closed
        self.beside = BesideCalls(loop)
        self.drains = Drains(bridge)
        # asyncio holds tasks weakly: one without another reference may be collected while it runs.
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._streams: dict[int, StreamCall | UploadCall] = {}
        self._watchers: dict[int, Callable[[], None]] = {}

    def attach(self) -> None:
        """Begins to take calls from the bridge."""
        context = contextvars.copy_context()
        context.run(BESIDE.set, self.beside)
        context.run(DRAINS.set, self.drains)
        # What is run for it, calls among it, is run in copies of this context.
        context.run(self._loop.add_reader, self._bridge.fileno(), self._drain)

    def detach(self) -> None:
        """Takes no more calls from the bridge."""
        self._loop.remove_reader(self._bridge.fileno())

    def tasks(self) -> list[asyncio.Task[None]]:
        """The tasks of the calls in flight."""
        return list(self._tasks.values())

    def cancel_all(self) -> None:
        """Cancels the calls in flight."""
        for call_id in [*self._tasks, *self._watchers, *self.beside.ends]:
            self._cancel(call_id)

    def live(self, call_id: int, call: InboundCall, handler: Handler, stream: StreamCall | None) -> LiveCall:
        """What the handler of a servicer takes besides its request."""

        def watch(callback: Callable[[], None]) -> None:
            self._watchers[call_id] = callback
            if call.is_cancelled():
                self._tell(call_id)

        return LiveCall(call, stream, watch, handler.exceptions)

    def forget(self, call_id: int) -> None:
        """The handler of a call has ended."""
        self._watchers.pop(call_id, None)

    def adopt(self, call_id: int, call: InboundCall, handler: Handler, awaitable: Awaitable[Any]) -> None:
        """Awaits what a `def` handler returned; runs in the loop's thread and the handler's context."""
        self._start(call_id, call, handler, self._await(call_id, call, handler, awaitable))
        task = self._tasks.get(call_id)
        if task is not None and inspect.iscoroutine(awaitable):
            # A task that is cancelled before its first step never awaits it.
            task.add_done_callback(lambda _: awaitable.close())

    def adopt_stream(self, call_id: int, stream: StreamCall | UploadCall, answer: Callable[[], Any]) -> None:
        """Sends what a `def` handler of a stream returned; runs in the loop's thread and the handler's context."""
        self._start(call_id, stream.call, stream.handler, self._send(call_id, stream, answer))

    def _drain(self) -> None:
        calls, cancels, wakes, lookups, closed = self._bridge.drain()
        # First what cannot wait. None of it is of a call of this burst.
        for call_id in wakes:
            if stream_of_call := self._streams.get(call_id):
                stream_of_call.wake()
            if self.drains.waiting:
                self.drains.wake(call_id)
        for call_id in cancels:
            self._cancel(call_id)
        calls.reverse()
        while calls:
            call, call_id, index, request = calls.pop()
            # A handler's request is in a list that the handler's call empties: what it lets go of is free at once.
            held = [request]
            del request
            self._begin(call_id, call, self._handlers[index], held)
        for lookup in lookups:
            self._on_lookup(lookup)
        if closed:
            self._on_closed()

    def _begin(self, call_id: int, call: InboundCall, handler: Handler, held: list[Any]) -> None:
        if call.streams:
            stream = StreamCall(call, self._loop, handler, held[0])
            live = self.live(call_id, call, handler, stream) if handler.takes_live else None
            sending = self._send(call_id, stream, lambda: handler.run(call, held, live))
            self._start(call_id, call, handler, sending)
        elif isinstance(held[0], GrpcDuplexRequest):
            upload = UploadCall(call, self._loop, handler, held[0])
            live = self.live(call_id, call, handler, None) if handler.takes_live else None
            sending = self._send(call_id, upload, lambda: handler.run(call, held, live))
            self._start(call_id, call, handler, sending)
        else:
            self._start(call_id, call, handler, self._run(call_id, call, handler, held))

    def _start(self, call_id: int, call: InboundCall, handler: Handler, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            task = _new_task(self._loop, coroutine, handler.name)
        except BaseException as error:  # out of memory, or the user's task factory: the calls after it must still run
            coroutine.close()
            failed(call, handler, error)
            self._over(call_id)
            return
        if not task.done():
            self._tasks[call_id] = task
            if call.is_cancelled():
                self._cancel(call_id)

    def _over(self, call_id: int) -> None:
        self._tasks.pop(call_id, None)
        if self._watchers:
            self._watchers.pop(call_id, None)
        if self.beside.ends:
            self.beside.ended(call_id)

    def _tell(self, call_id: int) -> None:
        watcher = self._watchers.pop(call_id, None)
        if watcher is not None:
            # It may block, as in grpcio, where it has a thread of the server's.
            try:
                threading.Thread(target=watcher, name="spikard-callback", daemon=True).start()
            except (RuntimeError, MemoryError) as error:  # no further thread: the calls after it must still run
                logger.warning("no thread for the callbacks of a call can be started: %s", error)

    def _cancel(self, call_id: int) -> None:
        # Also of a call in a thread, which has no task.
        self._tell(call_id)
        self.beside.ended(call_id)
        task = self._tasks.get(call_id)
        if task is not None:
            # A task that is cancelled before its first step never runs the coroutine, which would remove it.
            task.add_done_callback(lambda _: self._tasks.pop(call_id, None))
            task.cancel()

    async def _run(self, call_id: int, call: InboundCall, handler: Handler, held: list[Any]) -> None:
        # Every exception is caught here: SystemExit or KeyboardInterrupt out of a task would end the loop.
        try:
            live = self.live(call_id, call, handler, None) if handler.takes_live else None
            response = handler.run(call, held, live)
            if inspect.isawaitable(response):
                response = await response
        except BaseException as error:
            failed(call, handler, error)
        else:
            answered(call, handler, response)
        finally:
            self._over(call_id)

    async def _send(self, call_id: int, stream: StreamCall | UploadCall, answer: Callable[[], Any]) -> None:
        self._streams[call_id] = stream
        try:
            await stream.run(answer)
        finally:
            self._streams.pop(call_id, None)
            self._over(call_id)

    async def _await(self, call_id: int, call: InboundCall, handler: Handler, awaitable: Awaitable[Any]) -> None:
        try:
            response = await awaitable
        except BaseException as error:
            failed(call, handler, error)
        else:
            answered(call, handler, response)
        finally:
            self._over(call_id)


def _new_task(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    if sys.version_info >= (3, 12) and loop.get_task_factory() is None:
        # Runs up to its first suspension at once: a handler that never waits needs no iteration of the loop.
        return asyncio.Task(coroutine, loop=loop, name=name, eager_start=True)
    return loop.create_task(coroutine, name=name)
