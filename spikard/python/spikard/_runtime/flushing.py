"""Notices when a coroutine waits."""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any


@types.coroutine
def flushing(coroutine: Coroutine[Any, Any, None], flush: Callable[[], None]) -> Generator[Any, Any, None]:
    """Awaits `coroutine`, and calls `flush` each time that it is about to wait.

    So what it has collected goes out in one batch, and nothing stays unsent while it waits.
    """
    thrown: BaseException | None = None
    while True:
        try:
            waits_for = coroutine.send(None) if thrown is None else coroutine.throw(thrown)
        except StopIteration:
            return
        finally:
            thrown = None  # it refers to this frame
        try:
            flush()
            yield waits_for
        except BaseException as error:  # a cancellation, or what cannot be flushed: the coroutine cleans up
            thrown = error
