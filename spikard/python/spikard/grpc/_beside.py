"""What a call asks of its server while it runs, and what goes on beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, Literal, Protocol

CancelledBy = Literal["client", "deadline", "shutdown"]
"""Who gave a call up: the client, which cancelled it or has gone; the deadline; the end of the server."""


class CallHandle(Protocol):
    """A call in progress; `InboundCall` of the native module says what each is."""

    @property
    def id(self) -> int: ...
    @property
    def cancelled_by(self) -> CancelledBy | None: ...
    def has_ended(self) -> bool: ...
    @property
    def streams_compressed(self) -> bool: ...
    def was_compressed(self, index: int, /) -> bool: ...
    def make_call(self) -> tuple[Any, ...]: ...


class Beside(Protocol):
    """What a server does for its calls besides running their handlers."""

    def on_end(self, call: CallHandle, callback: Callable[[], object]) -> None:
        """Has a callback called when a call ends."""

    def spawn(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Runs a coroutine on the event loop, which the end of the server waits for."""


# In the context of each call, as `DRAIN` is.
BESIDE: ContextVar[Beside | None] = ContextVar("spikard_beside", default=None)

# The tasks of calls that have no server, in tests. asyncio holds tasks weakly.
_TASKS: set[asyncio.Task[object]] = set()


def spawn_without_server(coroutine: Coroutine[Any, Any, object]) -> None:
    """Runs a coroutine on the loop of a test that calls its handler as a function."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        coroutine.close()
        raise RuntimeError(
            "request.call.spawn needs the event loop of a server, and this code runs outside of a call, or in a thread "
            "without its context: start threads with asyncio.to_thread, and call def handlers with "
            "spikard.grpc.testing.Client in tests"
        ) from None
    task = loop.create_task(coroutine)
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)
