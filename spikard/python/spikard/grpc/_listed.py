"""Streams of messages: those that are known from the start, for tests and for short responses."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar, cast

M = TypeVar("M")
_END: Any = object()
M_co = TypeVar("M_co", covariant=True)


class MessageStream(Protocol[M_co]):
    """The messages of a stream: an async iterator, and a blocking one in the thread of a ``def`` handler."""

    def __aiter__(self) -> AsyncIterator[M_co]: ...
    async def __anext__(self) -> M_co: ...
    def __iter__(self) -> Iterator[M_co]: ...
    def __next__(self) -> M_co: ...


class Listed(Generic[M]):
    """The messages of an iterable, which is async as well."""

    __slots__ = ("_messages",)

    def __init__(self, messages: Iterable[M]) -> None:
        self._messages: Iterator[M] = iter(messages)

    def __aiter__(self) -> AsyncIterator[M]:
        return self

    def __iter__(self) -> Iterator[M]:
        return self._messages

    def __next__(self) -> M:
        return next(self._messages)

    async def __anext__(self) -> M:
        for message in self._messages:
            return message
        raise StopAsyncIteration


class Blocking(Listed[M]):
    """The messages of a generator that may block: whoever awaits one waits for a thread, and the event loop goes on."""

    __slots__ = ()

    async def __anext__(self) -> M:
        # A copy: the generator has the context of its call in whichever thread it goes on.
        context = contextvars.copy_context()
        found: M = await asyncio.get_running_loop().run_in_executor(None, context.run, self._next)
        if found is _END:
            raise StopAsyncIteration
        return found

    def _next(self) -> M:
        return next(self._messages, _END)


def stream(messages: AsyncIterable[M] | Iterable[M]) -> MessageStream[M]:
    """A stream of messages, whether they come as one or as an iterable; what is async has no blocking iterator."""
    if isinstance(messages, AsyncIterable):
        return cast(MessageStream[M], aiter(messages))
    if isinstance(messages, (bytes, bytearray, memoryview, str)):
        raise TypeError(f"messages must be a stream or a list of bytes, not {type(messages).__name__}: write [message]")
    return Listed(messages)
