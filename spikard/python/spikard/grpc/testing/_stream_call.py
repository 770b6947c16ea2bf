"""Calls in the process whose messages a test sends and receives one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from spikard.grpc._metadata import Metadata
from spikard.grpc.testing._background import BackgroundLoop
from spikard.grpc.testing._messages import decoded, encoded, failure

if TYPE_CHECKING:
    from typing_extensions import Self

    from spikard._serving.targets import Route
    from spikard._spikard import Answered, Dialogue

_Sent = TypeVar("_Sent")
_Received = TypeVar("_Received")

Expect = Callable[[Callable[[int], None]], "asyncio.Future[None]"]
"""Begins what notifies a token, and returns the future that is done then."""


class AsyncStreamCall(Generic[_Sent, _Received]):
    """A call that :meth:`AsyncClient.stream` opens: the test is its client, message by message.

    Each wait has a bound, the `within` of the call, and ends with a ``TimeoutError`` that says what was waited for. A
    failure of the call is raised where the test waits for what does not come. What of the call has not ended at the end
    of the block is cancelled.
    """

    def __init__(
        self, path: str, route: Route | None, within: float, open_call: Callable[[], Dialogue], expect: Expect
    ) -> None:
        self._path = path
        self._route = route
        self._within = within
        self._open = open_call
        self._expect = expect
        self._native: Dialogue | None = None
        self._sent = 0
        self._next: asyncio.Future[None] | None = None
        self._begun: Metadata | None = None
        self._ready: list[bytes] = []
        self._ended: Answered | None = None

    async def __aenter__(self) -> Self:
        if self._native is not None:
            raise RuntimeError("the call has been opened before: open a new one")
        self._native = self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cancel()

    async def send(self, message: _Sent | bytes) -> None:
        """Sends a message, and waits until the server has room for it.

        Raises the status of a call that has failed, and an ``EOFError`` for one that has ended with OK.
        """
        native = self._opened()
        data = encoded(self._route, self._sent, message)
        self._sent += 1
        await self._wait(self._expect(lambda token: native.send(data, token)), "taken the message")
        if native.refused:
            while self._ended is None:
                await self._take()
            self._raise_end()

    async def done_writing(self) -> None:
        """Half-closes: there are no more messages."""
        self._opened().half_close()

    async def receive(self) -> _Received:
        """The next message of the server.

        Raises the status of a call that has failed, and an ``EOFError`` once the server has sent all of its messages.
        """
        while not self._ready:
            if self._ended is not None:
                self._raise_end()
            await self._take()
        return cast(_Received, decoded(self._route, self._ready.pop(0)))

    async def rest(self) -> list[_Received]:
        """All further messages, up to the end of the call; raises the status of one that fails."""
        return [message async for message in self]

    async def __aiter__(self) -> AsyncIterator[_Received]:
        while True:
            try:
                message = await self.receive()
            except EOFError:
                return
            yield message

    async def initial_metadata(self) -> Metadata:
        """The initial metadata, once the server has sent it."""
        while self._begun is None and self._ended is None:
            await self._take()
        if self._begun is not None:
            return self._begun
        self._raise_failure()
        return Metadata()

    async def trailers(self) -> Metadata:
        """The trailers of a call that ends with OK; messages that come before are still to be received."""
        while self._ended is None:
            await self._take()
        self._raise_failure()
        return self._ended.trailers

    def cancel(self) -> None:
        """Cancels the call, as a client does with RST_STREAM."""
        if self._native is not None:
            self._native.cancel()

    def _opened(self) -> Dialogue:
        if self._native is None:
            raise RuntimeError('the call has not been opened: write "async with client.stream(…) as call"')
        return self._native

    async def _take(self) -> None:
        """Waits for the next event. One that a wait was given up for is not lost."""
        native = self._opened()
        if self._next is None:
            self._next = self._expect(native.receive)
        await self._wait(self._next, "sent anything")
        self._next = None
        event = native.event()
        if isinstance(event, Metadata):
            self._begun = event
        elif isinstance(event, bytes):
            self._ready.append(event)
        else:
            self._ended = event

    async def _wait(self, done: asyncio.Future[None], what: str) -> None:
        await asyncio.wait({done}, timeout=self._within)
        if not done.done():
            raise TimeoutError(f"{self._path} has not {what} within {self._within:g} s")
        done.result()

    def _raise_failure(self) -> None:
        if self._ended is not None and self._ended.code != 0:
            raise failure(self._ended, self._begun)

    def _raise_end(self) -> None:
        self._raise_failure()
        raise EOFError(f"{self._path} has ended with OK: there are no more messages")


class StreamCall(Generic[_Sent, _Received]):
    """A call that :meth:`Client.stream` opens: an :class:`AsyncStreamCall` for tests that are not ``async``."""

    def __init__(self, call: AsyncStreamCall[_Sent, _Received], loop: BackgroundLoop, within: float) -> None:
        self._call = call
        self._loop = loop
        self._within = within

    def __enter__(self) -> Self:
        self._loop.run(self._call.__aenter__(), self._within)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cancel()

    def send(self, message: _Sent | bytes) -> None:
        """Sends a message: see :meth:`AsyncStreamCall.send`."""
        self._loop.run(self._call.send(message), self._within)

    def done_writing(self) -> None:
        """Half-closes: there are no more messages."""
        self._loop.run(self._call.done_writing(), self._within)

    def receive(self) -> _Received:
        """The next message: see :meth:`AsyncStreamCall.receive`."""
        return self._loop.run(self._call.receive(), self._within)

    def rest(self) -> list[_Received]:
        """All further messages, up to the end of the call."""
        return self._loop.run(self._call.rest(), self._within)

    def __iter__(self) -> Iterator[_Received]:
        while True:
            try:
                message = self.receive()
            except EOFError:
                return
            yield message

    def initial_metadata(self) -> Metadata:
        """The initial metadata, once the server has sent it."""
        return self._loop.run(self._call.initial_metadata(), self._within)

    def trailers(self) -> Metadata:
        """The trailers of a call that ends with OK."""
        return self._loop.run(self._call.trailers(), self._within)

    def cancel(self) -> None:
        """Cancels the call, as a client does with RST_STREAM."""
        self._call.cancel()
