"""Whether the server drains, as its handlers learn it."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar


class Drain:
    """The drain of one server, which its event loop begins."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    def begin(self) -> None:
        """The server drains from now on."""
        self._begun.set()

    def is_begun(self) -> bool:
        """Whether it drains; any thread may ask."""
        return self._begun.is_set()

    async def wait(self) -> None:
        """Waits until it drains."""
        await self._begun.wait()


# In the context of each call, which costs a call nothing: contexts are copied for each in any case.
DRAIN: ContextVar[Drain | None] = ContextVar("spikard_drain", default=None)
