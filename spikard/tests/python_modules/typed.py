"""Handlers of messages, for methods whose Rust signature is raw."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcResponse,
    grpc_stream,
)

if TYPE_CHECKING:
    from nowhere import Hidden


class Word:
    def __init__(self, text: str) -> None:
        self.text = text

    @staticmethod
    def from_bytes(data: bytes) -> Word:
        return Word(data.decode())

    def to_bytes(self) -> bytes:
        return self.text.encode()


async def join(request: GrpcClientStreamRequest[Word]) -> GrpcResponse[Word]:
    return GrpcResponse(Word("+".join(word.text for word in request.messages)))


def shout(request: GrpcBidiStreamRequest[Word]) -> GrpcBidiStreamResponse[Word]:
    return GrpcBidiStreamResponse([Word(word.text.upper()) for word in request.messages])


async def each(request: GrpcDuplexRequest[Word]) -> AsyncIterator[Word]:
    async for word in request.messages:
        yield Word(word.text.upper())


@grpc_stream(service="test.Typed")
async def declared(request: GrpcClientStreamRequest[Word]) -> GrpcResponse[Word]:
    return await join(request)


def exclaimed(end: str, request: GrpcClientStreamRequest[Word]) -> GrpcResponse[Word]:
    return GrpcResponse(Word("+".join(word.text for word in request.messages) + end))


partial = functools.partial(exclaimed, "!")


class Kept:
    def join(self, request: GrpcClientStreamRequest[Word]) -> GrpcResponse[Word]:
        return exclaimed("?", request)

    async def __call__(self, request: GrpcClientStreamRequest[Word]) -> GrpcResponse[Word]:
        return await join(request)


kept = Kept()


async def wrong(request: GrpcClientStreamRequest[Word]) -> GrpcResponse[Word]:
    return GrpcResponse(b"bytes")


async def no_message(request: GrpcClientStreamRequest[dict]) -> GrpcResponse[Word]:
    return GrpcResponse(Word(""))


async def one_side(request: GrpcClientStreamRequest[Word]) -> GrpcResponse:
    return GrpcResponse(b"")


async def hidden(request: GrpcClientStreamRequest[Hidden]) -> GrpcResponse[Word]:
    return GrpcResponse(Word(""))


# Annotations that Python cannot read are no fault where the messages are bytes.
async def unread(request: Hidden) -> GrpcResponse:
    return GrpcResponse(b"unread")
