"""An event loop that is ours: how it is made, run and ended."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spikard.grpc._options import Loop

logger = logging.getLogger("spikard")

LEFT_BEHIND = "left behind, since they did not end when they were cancelled: %s"
"""What is said of the tasks that :func:`end_tasks` returns."""


def new_event_loop(loop: Loop = "auto") -> asyncio.AbstractEventLoop:
    """The event loop that is asked for; ``auto`` is uvloop where it is installed."""
    if loop != "asyncio":
        try:
            uvloop: Any = importlib.import_module("uvloop")
        except ImportError as error:
            if loop == "uvloop":
                raise ValueError(f'loop="uvloop" needs uvloop: pip install uvloop ({error})') from None
        else:
            made: asyncio.AbstractEventLoop = uvloop.new_event_loop()
            return made
    return asyncio.new_event_loop()


def run_until_stopped(loop: asyncio.AbstractEventLoop) -> None:
    """Runs a loop until it is stopped, or until a task of the user's ends it: that is logged, and it can run again."""
    try:
        loop.run_forever()
    except (SystemExit, KeyboardInterrupt) as error:
        # Only these pass through a loop, asyncio's or uvloop's. Whatever else comes is the loop's own: one that is
        # broken, or that may not run here, would fail again at once, and so without end.
        logger.exception("%s ended the event loop, which goes on", type(error).__name__)


async def end_tasks(within: float) -> list[str]:
    """Cancels every other task of the loop, and closes its async generators, within a bound in seconds.

    Returns the names of the tasks that have not ended: of a call, that of its handler.
    """
    deadline = time.monotonic() + within
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    stuck: set[asyncio.Task[Any]] = set()
    if tasks:
        _, stuck = await asyncio.wait(tasks, timeout=within)
    with contextlib.suppress(asyncio.TimeoutError):
        closing = asyncio.get_running_loop().shutdown_asyncgens()
        await asyncio.wait_for(closing, max(0.0, deadline - time.monotonic()))
    return sorted(map(_name, stuck))


def _name(task: asyncio.Task[Any]) -> str:
    name = task.get_name()
    return str(getattr(task.get_coro(), "__qualname__", name)) if name.startswith("Task-") else name
