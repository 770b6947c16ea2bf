"""A call whose response is a stream."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from spikard._runtime.flushing import flushing
from spikard._runtime.incoming import Incoming, incoming
from spikard._runtime.sending import CannotBeSentError, Sending
from spikard._runtime.settled import text_of
from spikard.grpc._listed import Listed
from spikard.grpc._request import GrpcDuplexRequest
from spikard.grpc._response import GrpcDuplexResponse

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall
    from spikard.grpc._columns import Columns

# Messages are handed to Rust in batches, of about this many bytes at most.
_BATCH = 32 * 1024
# Added to the bytes of each message, so that empty messages are not free.
_FIXED = 64


class StreamCall(Sending):
    """Sends what a handler yields, and passes it what the client sends."""

    __slots__ = ("_batch", "_incoming", "_loop", "_room", "_size", "_waiter")

    def __init__(self, call: InboundCall, loop: asyncio.AbstractEventLoop, handler: Handler, request: Any) -> None:
        super().__init__(call, handler, request)
        self._loop = loop
        self._incoming: Incoming | None = None
        if isinstance(request, GrpcDuplexRequest):
            self._incoming = incoming(call, loop, handler, request, self._on_first_read)
        self._batch: list[bytes | tuple[bytes, ...]] = []
        self._size = 0
        self._room = True
        self._waiter: asyncio.Future[None] | None = None

    async def run(self, answer: Callable[[], Any]) -> None:
        """Runs the handler and sends what it yields. Never raises."""
        try:
            await flushing(self._answer(answer), self._flush)
        except BaseException as error:
            self._fail(error)
        finally:
            self.call.close()
            if self._incoming is not None:
                # Wakes a task that still reads: the call has ended.
                self._incoming.wake()

    def run_here(self, answer: Callable[[], Any]) -> Callable[[], Any] | None:
        """Runs a `def` handler in this thread, with the messages that it gives. Never raises.

        Returns the answer that :meth:`run` is to go on with, on the event loop; ``None`` where it has been sent.
        """
        try:
            self._returns = True
            answered: Any = answer()
            self._returns = False
            if not _is_blocking(answered):
                return lambda: answered
            if isinstance(answered, GrpcDuplexResponse):
                self._response = answered
                if not self.handler.yields:
                    self.begin()
                self._send_all_here(answered.messages)
            else:
                self._send_all_here(iter(answered))
        except BaseException as error:
            self._fail(error)
        self.call.close()
        return None

    def wake(self) -> None:
        """There may be something to read, or room to write."""
        if self._incoming is not None:
            self._incoming.wake()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def write(self, message: Any) -> None:
        """Sends a message, and waits while the client does not read."""
        self.begin()
        self._collect(message)
        await self._hand_over()

    async def _answer(self, answer: Callable[[], Any]) -> None:
        answered = answer()
        if inspect.isawaitable(answered):
            self._returns = True
            answered = await answered
            self._returns = False
        if isinstance(answered, GrpcDuplexResponse):
            self._response = answered
            answered = answered.messages
            if not self.handler.yields:
                self.begin()
        if not isinstance(answered, AsyncIterable):
            raise CannotBeSentError(text_of(self.call.no_stream(answered)))
        await self._send_all(aiter(answered))
        self._flush()
        self.begin()
        self._end()

    async def _send_all(self, messages: AsyncIterator[Any]) -> None:
        columns = self.columns
        try:
            async for message in messages:
                self.begin()
                if columns is not None:
                    await self._send_rows(columns, message)
                    continue
                self._collect(message)
                if self._size >= _BATCH or not self._room:
                    await self._hand_over()
        finally:
            # Closes a generator that was cancelled, or that yielded a message that cannot be sent.
            for one in (messages, self._response_metadata.source):
                close = getattr(one, "aclose", None)
                if close is not None:
                    await close()

    async def _send_rows(self, codec: Columns, columns: Any) -> None:
        """Sends a message for each row; after a part of them, waits for room."""
        for messages in self.rows(codec, columns):
            self._batch += messages
            self._size += sum(map(len, messages)) + _FIXED * len(messages)
            await self._hand_over()

    def _send_all_here(self, messages: Any) -> None:
        columns = self.columns
        wanted = True
        try:
            for message in messages:
                self.begin()
                # One by one: nothing says when the next `next()` blocks.
                parts: Iterable[Sequence[bytes | tuple[bytes, ...]]]
                parts = [[self.encoded(message)]] if columns is None else self.rows(columns, message)
                # Up to the part that nobody wants.
                wanted = all(map(self.call.send_here, parts))
                if not wanted:
                    break
        finally:
            # Closes a generator whose call is over, or that yielded a message that cannot be sent.
            for one in (messages, self._response_metadata.source):
                close = getattr(one, "close", None)
                if close is not None:
                    close()
        if wanted:
            self.begin()
            self._end()

    def _collect(self, message: Any) -> None:
        encoded = self.encoded(message)
        self._batch.append(encoded)
        self._size += (sum(map(len, encoded)) if type(encoded) is tuple else len(encoded)) + _FIXED

    def _flush(self) -> None:
        if self._batch:
            batch, self._batch, self._size = self._batch, [], 0
            self._room = self.call.send(batch)

    async def _hand_over(self) -> None:
        self._flush()
        if self._room:
            # A handler that never waits must not starve the other calls.
            await asyncio.sleep(0)
        while not self._room:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
            self._room = self.call.send([])


def _is_blocking(answered: Any) -> bool:
    """Whether the next message is waited for in the thread that asks for it."""
    if isinstance(answered, GrpcDuplexResponse):
        return isinstance(answered.messages, Listed)
    return isinstance(answered, Iterable) and not isinstance(
        answered, (AsyncIterable, bytes, bytearray, memoryview, str)
    )
