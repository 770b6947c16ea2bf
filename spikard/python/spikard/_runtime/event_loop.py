"""Makes, runs and ends the event loops that spikard owns."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spikard.grpc._options import Loop

logger = logging.getLogger("spikard")

LEFT_BEHIND = "left behind, because they did not end when cancelled: %s"
"""The message for the tasks that :func:`end_tasks` returns."""


def new_event_loop(loop: Loop = "auto") -> asyncio.AbstractEventLoop:
    """A new event loop; ``auto`` is uvloop where it is installed."""
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


# Loops in `run_until_stopped`. By their numbers: not every loop can be referred to weakly.
_RUN_HERE: set[int] = set()


def run_until_stopped(loop: asyncio.AbstractEventLoop) -> None:
    """Runs a loop until it is stopped, or until a SystemExit or KeyboardInterrupt of a task, which is logged."""
    _RUN_HERE.add(id(loop))
    try:
        loop.run_forever()
    except (SystemExit, KeyboardInterrupt) as error:
        # Only these pass through a loop, asyncio's or uvloop's. Any other exception is the loop's own, and is raised: a
        # loop that is broken would fail again at once, without end.
        logger.exception("%s stopped the event loop; running it again", type(error).__name__)
    finally:
        _RUN_HERE.discard(id(loop))


def interrupt_program(interrupt: KeyboardInterrupt) -> None:
    """Raises it out of the running loop of a program of the user's.

    Ctrl-C is raised in whatever runs, a handler perhaps, whose call it must not end with. A loop that spikard runs has
    its signals taken; there it can only be a handler's own.
    """
    with contextlib.suppress(RuntimeError):  # a thread without a loop, where no signal is raised
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread() and id(loop) not in _RUN_HERE:
            loop.call_soon(_raise, interrupt)


def _raise(error: BaseException) -> None:
    raise error


async def end_tasks(within: float) -> list[str]:
    """Cancels the other tasks of the loop, and closes its async generators, within a number of seconds.

    Returns the names of the tasks that have not ended; the task of a call has the name of its handler.
    """
    deadline = time.monotonic() + within
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    stuck: set[asyncio.Task[Any]] = set()
    if tasks:
        _, stuck = await asyncio.wait(tasks, timeout=within)
    for task in stuck:
        # They are named in a warning; asyncio need not complain again when the process ends.
        with contextlib.suppress(AttributeError):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
    with contextlib.suppress(asyncio.TimeoutError):
        closing = asyncio.get_running_loop().shutdown_asyncgens()
        await asyncio.wait_for(closing, max(0.0, deadline - time.monotonic()))
    return sorted(map(_name, stuck))


def _name(task: asyncio.Task[Any]) -> str:
    name = task.get_name()
    return str(getattr(task.get_coro(), "__qualname__", name)) if name.startswith("Task-") else name
