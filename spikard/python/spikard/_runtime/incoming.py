"""The client's messages, as a handler reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall
    from spikard.grpc._request import GrpcDuplexRequest


class Incoming:
    """An async iterator over the messages of one call; it takes all that have arrived from Rust at once."""

    __slots__ = ("_begin", "_call", "_decode", "_loop", "_reading", "_ready", "_started", "_waiter")

    def __init__(
        self,
        call: InboundCall,
        loop: asyncio.AbstractEventLoop,
        begin: Callable[[], None],
        decode: Callable[[bytes], Any] | None,
    ) -> None:
        self._call = call
        self._loop = loop
        self._begin = begin
        self._decode = decode
        self._ready: Iterator[Any] = iter(())
        self._waiter: asyncio.Future[None] | None = None
        self._started = False
        self._reading = False

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    def __iter__(self) -> NoReturn:
        raise TypeError("the messages of this request come while the handler runs: write async for message in …")

    async def __anext__(self) -> Any:
        for message in self._ready:
            return message
        return await self._first_of_batch()

    def wake(self) -> None:
        """There may be something to read."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _first_of_batch(self) -> Any:
        if self._reading:
            raise RuntimeError("another task waits for the next message of this request: one reads at a time")
        self._reading = True
        try:
            batch = await self._next_batch()
            # One that cannot be decoded is raised in its place, and the ones after it can still be read.
            self._ready = iter(batch) if self._decode is None else map(self._decode, batch)
        finally:
            self._reading = False
        for message in self._ready:
            return message
        raise StopAsyncIteration

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


class Compressed:
    """The indices of the messages that were compressed, of those that were received last."""

    __slots__ = ("_call",)

    def __init__(self, call: InboundCall) -> None:
        self._call = call

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and index >= 0 and self._call.was_compressed(index)


def incoming(
    call: InboundCall,
    loop: asyncio.AbstractEventLoop,
    handler: Handler,
    request: GrpcDuplexRequest[Any],
    begin: Callable[[], None],
) -> Incoming:
    """Gives a request its messages. `begin` is called when the first is asked for."""
    messages = Incoming(call, loop, begin, None if handler.typed is None else handler.typed.decoder())
    request.messages = messages
    if call.streams_compressed:
        request.call = replace(request.call, compressed=Compressed(call))
    return messages
