"""Whether the server drains, as its handlers learn it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from contextvars import ContextVar
from typing import Any, Protocol


class CallDrain(Protocol):
    """The drain of the connection of one call, as the native module knows it."""

    @property
    def id(self) -> int:
        """The call's."""
        ...

    def is_begun(self) -> bool:
        """Whether it drains; any thread may ask."""
        ...


class Drains:
    """The calls that wait for the drain of their connection."""

    def __init__(self, bridge: Any) -> None:
        self._bridge = bridge
        # For loops that handlers run in threads.
        self._lock = threading.Lock()
        self.waiting: dict[int, list[asyncio.Future[None]]] = {}

    async def wait(self, drain: CallDrain) -> None:
        """Waits until the connection of a call drains."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            waiting = self.waiting.setdefault(drain.id, [])
            waiting.append(told)
        try:
            if not self._bridge.notify_of_drain(drain):
                await told
        finally:
            with self._lock:
                waiting.remove(told)
                if not waiting:
                    del self.waiting[drain.id]

    def wake(self, call_id: int) -> None:
        """The connection of a call may drain."""
        with self._lock:
            waiting = tuple(self.waiting.get(call_id, ()))
        for told in waiting:
            # A loop of the handler's own, in a thread, may have ended meanwhile.
            with contextlib.suppress(RuntimeError):
                told.get_loop().call_soon_threadsafe(_tell, told)


def _tell(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_result(None)


# In the context of each call, which costs a call nothing: contexts are copied for each in any case.
DRAINS: ContextVar[Drains | None] = ContextVar("spikard_drains", default=None)
