"""A call whose response is a stream."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from spikard._runtime.flushing import flushing
from spikard._runtime.incoming import Incoming, incoming
from spikard._runtime.outcome import failed, logger, refused
from spikard.grpc._metadata import Metadata
from spikard.grpc._request import GrpcDuplexRequest
from spikard.grpc._response import GrpcDuplexResponse

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall
    from spikard.grpc._typed import Typed

# Messages are handed to Rust in batches, of about this many bytes at most.
_BATCH = 32 * 1024
# Added to the bytes of each message, so that empty messages are not free.
_FIXED = 64


class _CannotBeSentError(Exception):
    """A part of the response cannot be sent; the text is for the log."""


class StreamCall:
    """Sends what a handler yields, and passes it what the client sends."""

    __slots__ = (
        "_batch",
        "_begun",
        "_count",
        "_fault",
        "_incoming",
        "_loop",
        "_response",
        "_response_metadata",
        "_returns",
        "_room",
        "_size",
        "_waiter",
        "call",
        "handler",
    )

    def __init__(self, call: InboundCall, loop: asyncio.AbstractEventLoop, handler: Handler, request: Any) -> None:
        self.call = call
        self._loop = loop
        self.handler = handler
        self._response_metadata = request.call._response_metadata
        self._incoming: Incoming | None = None
        if isinstance(request, GrpcDuplexRequest):
            self._incoming = incoming(call, loop, handler, request, self._on_first_read)
        self._response: GrpcDuplexResponse | None = None
        self._returns = False
        self._begun = False
        self._fault: _CannotBeSentError | None = None
        self._batch: list[bytes] = []
        self._size = 0
        self._count = 0
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

    def wake(self) -> None:
        """There may be something to read, or room to write."""
        if self._incoming is not None:
            self._incoming.wake()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _answer(self, answer: Callable[[], Any]) -> None:
        answered = answer()
        if inspect.isawaitable(answered):
            # Its initial metadata is in its response, so reading a message does not send it.
            self._returns = True
            answered = await answered
            self._returns = False
        if isinstance(answered, GrpcDuplexResponse):
            self._response = answered
            answered = answered.messages
            self._begin()
        if not isinstance(answered, AsyncIterable):
            raise _CannotBeSentError(self.call.no_stream(answered))
        await self._send_all(aiter(answered))
        self._flush()
        self._begin()
        self._end()

    async def _send_all(self, messages: AsyncIterator[Any]) -> None:
        try:
            async for message in messages:
                self._begin()
                self._collect(message)
                if self._size >= _BATCH or not self._room:
                    await self._hand_over()
        finally:
            # Closes a generator that was cancelled, or that yielded a message that cannot be sent.
            close = getattr(messages, "aclose", None)
            if close is not None:
                await close()

    def _collect(self, message: Any) -> None:
        if self.handler.typed is not None:
            message = self._encoded(self.handler.typed, message)
        if type(message) is not bytes:
            try:
                message = self.call.to_bytes(self._count, message)
            except TypeError as error:
                raise _CannotBeSentError(error)
        self._batch.append(message)
        self._size += len(message) + _FIXED
        self._count += 1

    def _encoded(self, typed: Typed, message: Any) -> Any:
        try:
            return typed.encode_yielded(self._count, message)
        except TypeError as error:
            raise _CannotBeSentError(error)
        except Exception as error:  # a message that lacks a field, or a codec of the user's
            raise _CannotBeSentError(
                f"message {self._count} cannot be encoded: {type(error).__name__}: {error}"
            ) from error

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

    def _on_first_read(self) -> None:
        if not self._returns:
            self._begin()

    def _begin(self) -> None:
        if self._fault is not None:
            raise self._fault  # again, if the handler caught it
        if self._begun:
            return
        self._begun = True
        self._response_metadata.begin()
        try:
            metadata = self._response_metadata.initial
            if self._response is not None:
                metadata = metadata | self._response.metadata
            self.call.begin(metadata, self._response)
        except (TypeError, ValueError) as error:
            self._fault = _CannotBeSentError(error)
            raise self._fault from None

    def _end(self) -> None:
        try:
            self.call.end(self._trailers())
        except (TypeError, ValueError) as error:
            raise _CannotBeSentError(error) from None

    def _trailers(self) -> Metadata:
        trailers: Metadata = self._response_metadata.trailers
        return trailers if self._response is None else trailers | self._response.trailers

    def _fail(self, error: BaseException) -> None:
        trailers: list[tuple[str, Any]] = []
        try:
            trailers = self._trailers().pairs()
            self._flush()
            if self._response_metadata.initial:
                self._begin()
        except BaseException as fault:  # invalid metadata, which must not hide the handler's own error
            logger.debug("%s: not all metadata with its error: %r", self.handler.name, fault)
        if isinstance(error, _CannotBeSentError):
            refused(self.call, self.handler, error)
        else:
            failed(self.call, self.handler, error, trailers=trailers)
