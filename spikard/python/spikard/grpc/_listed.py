"""Streams of messages that are known from the start, for tests and for short responses."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator


class Listed:
    """The messages of an iterable, as an async iterator."""

    __slots__ = ("_messages",)

    def __init__(self, messages: Iterable[bytes]) -> None:
        self._messages: Iterator[bytes] = iter(messages)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        for message in self._messages:
            return message
        raise StopAsyncIteration


def stream(messages: AsyncIterable[bytes] | Iterable[bytes]) -> AsyncIterator[bytes]:
    """An async iterator over messages, whether they come as a stream or as an iterable."""
    if isinstance(messages, AsyncIterable):
        return aiter(messages)
    if isinstance(messages, (bytes, bytearray, memoryview, str)):
        raise TypeError(f"messages must be a stream or a list of bytes, not {type(messages).__name__}: write [message]")
    return Listed(messages)
