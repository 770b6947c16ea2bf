"""Streams of messages that are known from the start, for tests and for short responses."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Generic, TypeVar

M = TypeVar("M")


class Listed(Generic[M]):
    """The messages of an iterable, as an async iterator."""

    __slots__ = ("_messages",)

    def __init__(self, messages: Iterable[M]) -> None:
        self._messages: Iterator[M] = iter(messages)

    def __aiter__(self) -> AsyncIterator[M]:
        return self

    async def __anext__(self) -> M:
        for message in self._messages:
            return message
        raise StopAsyncIteration


def stream(messages: AsyncIterable[M] | Iterable[M]) -> AsyncIterator[M]:
    """An async iterator over messages, whether they come as a stream or as an iterable."""
    if isinstance(messages, AsyncIterable):
        return aiter(messages)
    if isinstance(messages, (bytes, bytearray, memoryview, str)):
        raise TypeError(f"messages must be a stream or a list of bytes, not {type(messages).__name__}: write [message]")
    return Listed(messages)
