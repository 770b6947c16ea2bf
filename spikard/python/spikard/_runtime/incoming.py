"""The client's messages, as a handler reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spikard._spikard import InboundCall


class Incoming:
    """An async iterator over the messages of one call; it takes from Rust all that is there at once."""

    __slots__ = ("_begin", "_call", "_loop", "_ready", "_started", "_waiter")

    def __init__(self, call: InboundCall, loop: asyncio.AbstractEventLoop, begin: Callable[[], None]) -> None:
        self._call = call
        self._loop = loop
        self._begin = begin
        self._ready: Iterator[bytes] = iter(())
        self._waiter: asyncio.Future[None] | None = None
        self._started = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        for message in self._ready:
            return message
        return await self._first_of_batch()

    def wake(self) -> None:
        """There may be something to read."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _first_of_batch(self) -> bytes:
        if self._waiter is not None:
            raise RuntimeError("another task waits for the next message of this request: one reads at a time")
        if self._started:
            # A client that is always ahead must not keep the loop from the other calls.
            await asyncio.sleep(0)
        else:
            self._started = True
            self._begin()
        batch = self._call.receive()
        while batch is None:
            await self._wait()
            batch = self._call.receive()
        self._ready = iter(batch)
        for message in self._ready:
            return message
        raise StopAsyncIteration

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
