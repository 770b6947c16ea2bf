"""The client's messages, as a handler reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall
    from spikard.grpc._request import GrpcDuplexRequest


class Incoming:
    """An iterator over the messages of one call; it takes all that have arrived from Rust at once.

    On the event loop it is an async one. The thread of a `def` handler iterates over it, and waits itself.
    """

    __slots__ = ("_begin", "_call", "_decode", "_in_thread", "_loop", "_reading", "_ready", "_started", "_waiter")

    def __init__(
        self,
        call: InboundCall,
        loop: asyncio.AbstractEventLoop,
        begin: Callable[[], None],
        decode: Callable[[bytes], Any] | None,
        *,
        in_thread: bool,
    ) -> None:
        self._call = call
        self._loop = loop
        self._begin = begin
        self._decode = decode
        self._in_thread = in_thread
        self._ready: Iterator[Any] = iter(())
        self._waiter: asyncio.Future[None] | None = None
        self._started = False
        self._reading = False

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    def __iter__(self) -> Iterator[Any]:
        if not self._in_thread:
            raise TypeError("the messages of this request come while the handler runs: write async for message in …")
        return self

    async def __anext__(self) -> Any:
        for message in self._ready:
            return message
        return await self._first_of_batch()

    def __next__(self) -> Any:
        for message in self._ready:
            return message
        if not self._started:
            self._started = True
            self._begin()
        batch = self._call.receive_here()
        if batch is None:
            raise asyncio.CancelledError("the call has been given up")
        self._keep(batch)
        for message in self._ready:
            return message
        raise StopIteration

    def wake(self) -> None:
        """There may be something to read."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _first_of_batch(self) -> Any:
        if self._reading:
            raise RuntimeError("another task waits for the next message of this request: one reads at a time")
        self._reading = True
        try:
            self._keep(await self._next_batch())
        finally:
            self._reading = False
        for message in self._ready:
            return message
        raise StopAsyncIteration

    def _keep(self, batch: list[bytes]) -> None:
        # One that cannot be decoded is raised in its place, and the ones after it can still be read.
        self._ready = iter(batch) if self._decode is None else map(self._decode, batch)

    async def _next_batch(self) -> list[bytes]:
        if self._started:
            # A client that always has sent more must not starve the other calls.
            await asyncio.sleep(0)
        else:
            self._started = True
            self._begin()
        while True:
            batch = self._call.receive()
            if batch is not None:
                return batch
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None


def incoming(
    call: InboundCall,
    loop: asyncio.AbstractEventLoop,
    handler: Handler,
    request: GrpcDuplexRequest[Any],
    begin: Callable[[], None],
) -> Incoming:
    """Gives a request its messages. `begin` is called when the first is asked for."""
    decode = None if handler.typed is None else handler.typed.decoder(call.undecodable_code)
    messages = Incoming(call, loop, begin, decode, in_thread=not handler.on_loop)
    request.messages = messages
    return messages
