"""Who blocks an event loop, by the frames of its thread."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FunctionType

from spikard._serving.watchdog import running


@contextmanager
def loop_with(callback: Callable[[], None]) -> Generator[int]:
    """The thread of a loop that a program of the user's runs, and in it a callback."""
    ends = threading.Event()

    async def program() -> None:
        asyncio.get_running_loop().call_soon(callback)
        await asyncio.to_thread(ends.wait)

    def run() -> None:
        asyncio.run(program())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        assert thread.ident is not None
        yield thread.ident
    finally:
        ends.set()
        thread.join(30)


def spin(begun: threading.Event, over: list[bool]) -> None:
    begun.set()
    while not over:
        time.sleep(0.001)


def said_of(thread: int, function: str) -> tuple[str | None, str]:
    """What is said once the thread is in a function, and in none that it calls."""
    deadline = time.monotonic() + 30
    while sys._current_frames()[thread].f_code.co_name != function:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return running(thread)


def test_a_loop_that_waits_blames_nobody() -> None:
    """What held the interpreter was another thread: neither the selector is to blame nor the program."""
    begun = threading.Event()
    with loop_with(begun.set) as thread:
        assert begun.wait(30)
        assert said_of(thread, "select") == (None, "")


def test_a_function_of_the_users_is_named_with_its_line() -> None:
    begun, over = threading.Event(), list[bool]()
    with loop_with(lambda: spin(begun, over)) as thread:
        assert begun.wait(30)
        name, place = running(thread)
        over.append(True)
    assert name is not None
    assert name.startswith(f"{__name__}:")
    assert place.startswith(f"{__file__}:")


def test_what_spikard_does_itself_is_nobodys() -> None:
    """Such as to make the requests of a burst."""
    begun, over = threading.Event(), list[bool]()
    names = {"__name__": "spikard.grpc._request", "time": time, "begun": begun, "over": over}
    ours = FunctionType(spin.__code__, names, "ours", (begun, over))
    with loop_with(ours) as thread:
        assert begun.wait(30)
        assert said_of(thread, "spin") == (None, "")
        over.append(True)
