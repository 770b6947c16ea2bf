"""Warns about a coroutine that blocks the event loop."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from typing import TYPE_CHECKING

from spikard._runtime.loop import LoopRunner

if TYPE_CHECKING:
    from spikard._spikard import Server as NativeServer

logger = logging.getLogger("spikard")

_HELD = 0.1
_ENDS_WITHIN = 0.25
_OURS = ("spikard.", "asyncio.", "selectors.", "uvloop")
# Below their frames is the program that runs the loop.
_LOOPS = ("asyncio.base_events", "asyncio.runners", "spikard._runtime.event_loop")


class Watchdog:
    """A thread that waits until Rust notices that the loop is blocked, and looks at what it runs."""

    def __init__(self, native: NativeServer, loop: asyncio.AbstractEventLoop) -> None:
        self._native = native.watchdog(_HELD)
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._thread = threading.Thread(target=self._watch, name="spikard-watchdog", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread."""
        self._native.close()
        # A thread that returns from Rust after the interpreter is finalised would end the process.
        self._thread.join(_ENDS_WITHIN)

    def _watch(self) -> None:
        while (report := self._native.wait()) is not None:
            held, over = report
            if over:
                logger.warning("the event loop answers again, after %.1f s", held)
            else:
                self._warn(held)

    def _warn(self, held: float) -> None:
        name, place = running(self._loop_thread)
        if name is None:
            # What held the GIL is over by the time that this thread gets it.
            logger.warning("the event loop was blocked for over %.0f ms; no call was served meanwhile", held * 1000)
            return
        logger.warning(
            "%s blocks the event loop, for over %.0f ms so far, at %s: no other call is served meanwhile; await "
            "instead of waiting, or make it a def, which runs in a thread",
            name,
            held * 1000,
            place,
        )


def running(thread: int) -> tuple[str | None, str]:
    """The handler (or else the function of the task) that a loop runs in a thread, and its line."""
    frame = sys._current_frames().get(thread)
    place = ""
    name: str | None = None
    while frame is not None:
        code = frame.f_code
        if code is LoopRunner._run.__code__ or code is LoopRunner._await.__code__:
            return frame.f_locals["handler"].name, place or "the conversion of its answer"
        module = str(frame.f_globals.get("__name__", ""))
        if module in _LOOPS:
            break
        if not f"{module}.".startswith(_OURS):
            place = place or f"{code.co_filename}:{frame.f_lineno}"
            name = f"{module}:{getattr(code, 'co_qualname', code.co_name)}"
        elif name is not None:
            # The frames below are the loop.
            break
        frame = frame.f_back
    return name, place
