"""Runs `def` handlers in threads."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from spikard._runtime.outcome import answered, failed
from spikard._runtime.stream import StreamCall
from spikard._runtime.upload import UploadCall
from spikard.grpc._beside import BESIDE
from spikard.grpc._drain import DRAINS
from spikard.grpc._request import GrpcDuplexRequest

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._runtime.loop import LoopRunner
    from spikard._spikard import Bridge, InboundCall

logger = logging.getLogger("spikard")


class Pool:
    """Threads that take calls from the bridge. One more is started while all are busy, up to a maximum."""

    def __init__(
        self, bridge: Bridge, loop: asyncio.AbstractEventLoop, runner: LoopRunner, handlers: list[Handler]
    ) -> None:
        self._bridge = bridge
        self._loop = loop
        self._runner = runner
        self._handlers = handlers
        # Each call runs in a copy of the context of the thread that starts the server.
        self._context = contextvars.copy_context()
        self._context.run(BESIDE.set, runner.beside)
        self._context.run(DRAINS.set, runner.drains)
        self._numbers = itertools.count(1)
        self._threads: list[threading.Thread] = []
        self._warned: set[str] = set()

    def ensure_started(self) -> bool:
        """Starts the first thread; returns whether there is one. Without any, no call would ever be taken."""
        if self._bridge.add_first_worker():
            self._start_thread()
        return bool(self._threads)

    def join(self, deadline: float) -> bool:
        """Waits for the threads until `deadline` (of `time.monotonic`); returns whether all have ended."""
        for thread in self._threads:  # one that is joined may have started more
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _start_thread(self) -> None:
        try:
            # Daemon threads: a handler that is stuck must not keep the process from ending.
            thread = threading.Thread(target=self._work, name=f"spikard-def-{next(self._numbers)}", daemon=True)
            thread.start()
        except (RuntimeError, MemoryError) as error:
            self._bridge.worker_lost()
            logger.warning("no further thread for def handlers can be started: %s", error)
        else:
            self._threads.append(thread)

    def _work(self) -> None:
        more = True
        while more:
            try:
                more = self._take_one()
            except BaseException as error:
                # Out of memory, as a rule. Rust answers a call that is dropped; the thread takes the next one.
                with contextlib.suppress(BaseException):
                    logger.exception("a call for a def handler was lost before it began: %s", type(error).__name__)

    def _take_one(self) -> bool:
        """Waits for a call and runs it, and keeps no reference to it; returns whether there may be more."""
        job = self._bridge.take()
        if job is None:
            return False
        call, call_id, index, request, grow = job
        # A list that the handler's call empties: what the handler lets go of is free at once.
        held = [request]
        del job, request
        if grow:
            self._start_thread()
        self._context.copy().run(self._run, call, call_id, self._handlers[index], held)
        return True

    def _run(self, call: InboundCall, call_id: int, handler: Handler, held: list[Any]) -> None:
        try:
            if call.streams or isinstance(held[0], GrpcDuplexRequest):
                sends = StreamCall(call, self._loop, handler, held[0]) if call.streams else None
                stream = sends or UploadCall(call, self._loop, handler, held[0])
                live = self._runner.live(call_id, call, handler, sends) if handler.takes_live else None
                answer = stream.run_here(lambda: handler.run(call, held, live))
                if answer is not None:  # what the event loop has to wait for
                    self._loop.call_soon_threadsafe(self._runner.adopt_stream, call_id, stream, answer)
                else:
                    self._over(call_id)
                return
            live = self._runner.live(call_id, call, handler, None) if handler.takes_live else None
            response = handler.run(call, held, live)
            if inspect.isawaitable(response):
                self._hand_over(call, call_id, handler, response)
                return
        except BaseException as error:
            failed(call, handler, error)
        else:
            answered(call, handler, response)
        finally:
            if handler.takes_live:
                self._runner.forget(call_id)
        self._over(call_id)

    def _over(self, call_id: int) -> None:
        if self._runner.beside.ends:
            self._loop.call_soon_threadsafe(self._runner.beside.ended, call_id)

    def _hand_over(self, call: InboundCall, call_id: int, handler: Handler, awaitable: Any) -> None:
        if handler.name not in self._warned:
            self._warned.add(handler.name)
            logger.warning(
                "%s is a def that returned an awaitable: its body ran in a thread, and the awaitable runs on the "
                "event loop; make it async def, or give its wrapper functools.wraps",
                handler.name,
            )
        self._loop.call_soon_threadsafe(self._runner.adopt, call_id, call, handler, awaitable)
