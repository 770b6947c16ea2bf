"""Handlers that return what cannot be sent, and one that tells what the log said."""

from __future__ import annotations

import logging
import re
from array import array
from typing import Any

from received import received

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
)

lines: list[str] = []


class Kept(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        lines.append(f"{record.name} {record.levelname} {self.format(record)}")


logging.getLogger("spikard").addHandler(Kept())


class Message:
    """What a protobuf message is to spikard."""

    def SerializeToString(self) -> bytes:
        return b""

    def __repr__(self) -> str:
        return "name: 'test'\n" * 100


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Slippery(GrpcResponse):
    """A subclass whose property raises."""

    @property
    def payload(self) -> bytes:  # type: ignore[override]
        raise SystemExit(3)

    @payload.setter
    def payload(self, value: bytes) -> None:
        pass


def with_metadata(value: Any) -> GrpcResponse:
    response: Any = GrpcResponse()
    response.metadata = value
    return response


class Awaitable:
    """As a coroutine that somebody forgot to await, and without its warning."""

    def __await__(self) -> Any: ...


class Plain(GrpcResponse):
    """A subclass whose property is fine."""

    @property
    def payload(self) -> bytes:  # type: ignore[override]
        return b"of a property"

    @payload.setter
    def payload(self, value: bytes) -> None:
        pass


ANSWERS: dict[str, Any] = {
    "none": None,
    "dict": {"payload": b""},
    "bytes": b"raw",
    "message": Message(),
    "other kind": GrpcBidiStreamResponse(),
    "class": GrpcResponse,
    "unprintable": Unprintable(),
    "slippery": Slippery(),
    "payload awaitable": GrpcResponse(Awaitable()),
    "payload with gaps": GrpcResponse(memoryview(b"abcd")[::2]),
    "payload none": GrpcResponse(None),
    "payload str": GrpcResponse("text"),
    "payload message": GrpcResponse(Message()),
    "metadata int": with_metadata({"x-count": 3}),
    "metadata key": GrpcResponse(metadata=received(**{"x count": "3"})),
    "metadata unicode": GrpcResponse(metadata=received(x_name="Grüße")),
    "metadata newline": GrpcResponse(trailers=received(x_name="a\nb")),
    "metadata no mapping": with_metadata(7),
    "compression": GrpcResponse(compression="brotli"),
    "compression int": GrpcResponse(compression=1),
}

LISTS: dict[str, Any] = {
    "messages": GrpcBidiStreamResponse([b"a", Message()]),
    "str in messages": GrpcBidiStreamResponse([b"a", b"b", "c"]),
    "str": GrpcBidiStreamResponse("text"),
    "bytes": GrpcBidiStreamResponse(b"raw"),
    "list": [b"a"],
    "other kind": GrpcServerStreamResponse([b"a"]),
    "none": GrpcBidiStreamResponse([None]),
    "uncompressed": GrpcBidiStreamResponse([b"a"], uncompressed=[0, -1]),
    "uncompressed messages": GrpcBidiStreamResponse([b"a"], uncompressed=[b"a"]),
}


async def forgotten(request: GrpcRequest) -> Any:
    return answer(request)


async def of_a_property(request: GrpcRequest) -> GrpcResponse:
    return Plain(metadata={"x-of": "a subclass"})


async def answer(request: GrpcRequest) -> Any:
    return ANSWERS[request.payload.decode()]


def answer_in_a_thread(request: GrpcRequest) -> Any:
    return ANSWERS[request.payload.decode()]


async def answer_list(request: GrpcBidiStreamRequest) -> Any:
    return LISTS[request.messages[0].decode()]


async def right(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    """Everything that is bytes-like may be sent."""
    messages: Any = (
        b"bytes",
        bytearray(b"bytearray"),
        memoryview(b"_memoryview_")[1:-1],
        [b"a", b"", b"bc"],
        array("b", b"array"),
    )
    response = GrpcBidiStreamResponse()
    response.messages = messages
    return response


async def log(request: GrpcRequest) -> GrpcResponse:
    """What was logged since the last time."""
    said, lines[:] = list(lines), []
    return GrpcResponse(re.sub(r"0x[0-9a-f]+", "0x…", "\n".join(said)).encode())
