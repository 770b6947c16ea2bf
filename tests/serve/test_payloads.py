"""What the bytes of a message may be in: buffers of every kind, and several for one message."""

import array
import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from clients import Call

from spikard.grpc import (
    BytesLike,
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    grpc_stream,
)
from spikard.grpc.testing import Client, TestServer, serving

declared = grpc_stream(service="test.Payloads")

LARGE = bytes(range(256)) * 4096
NUMBERS = array.array("H", [1, 2, 3])
PAYLOADS: dict[str, tuple[Any, bytes]] = {
    "bytes": (b"text", b"text"),
    "bytearray": (bytearray(b"text"), b"text"),
    "memoryview": (memoryview(b"_text_")[1:-1], b"text"),
    "array": (NUMBERS, NUMBERS.tobytes()),
    "view of two dimensions": (memoryview(b"abcdef").cast("B", (2, 3)), b"abcdef"),
    "parts": ([b"head", bytearray(b"er"), memoryview(b"body"), b""], b"headerbody"),
    "tuple": ((b"head", b"body"), b"headbody"),
    "no parts": ([], b""),
    "empty parts": ([b"", b""], b""),
    "large": ([b"head", LARGE], b"head" + LARGE),
    "nothing": (bytearray(), b""),
}
# What cannot be sent, and what the log says of it after what it is in.
WRONG: dict[str, tuple[Any, str]] = {
    "gaps": (memoryview(b"a_b_c")[::2], "a buffer that is not contiguous: make it bytes, as with .tobytes()"),
    "part": ([b"head", "body"], "is str ('body'), expected bytes; add .encode()"),
    "nested": ([b"head", [b"body"]], "is list (of 1), expected bytes"),
    "number": (3, "int (3)"),
    "text": ("text", "expected bytes; add .encode()"),
}


def named(request: GrpcRequest) -> Any:
    """The payload of a name."""
    return (PAYLOADS | WRONG)[request.payload.decode()][0]


@declared
async def one(request: GrpcRequest) -> GrpcResponse[BytesLike]:
    return GrpcResponse(named(request))


@declared
def one_in_a_thread(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(named(request))


@declared
async def each(request: GrpcRequest) -> AsyncIterator[BytesLike]:
    yield named(request)
    yield b"end"


@declared
async def all_of_them(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse[BytesLike]:
    return GrpcBidiStreamResponse([PAYLOADS[name.decode()][0] for name in request.messages])


@declared
async def changed(request: GrpcRequest) -> GrpcServerStreamResponse[bytearray]:
    payload = bytearray(b"as returned")
    asyncio.get_running_loop().call_soon(payload.__setitem__, slice(None), b"changed")
    return GrpcServerStreamResponse([payload, payload])


@declared
async def changed_between(request: GrpcDuplexRequest) -> GrpcDuplexResponse[BytesLike]:
    async def answers() -> AsyncIterator[BytesLike]:
        payload = bytearray(b"one")
        yield payload
        payload[:] = b"two"
        yield [payload, b"!"]
        payload[:] = b"three"
        async for _ in request.messages:
            pass

    return GrpcDuplexResponse(answers())


HANDLERS = (one, one_in_a_thread, each, all_of_them, changed, changed_between)


@pytest.fixture(scope="module")
def server() -> Iterator[TestServer]:
    """The handlers."""
    with serving(*HANDLERS) as server:
        yield server


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_buffer_is_sent(server: TestServer, call: Call, name: str) -> None:
    """As the response of each kind of handler, and in a stream."""
    expected = PAYLOADS[name][1]
    for method in ("One", "OneInAThread"):
        answer = call(server.address, f"/test.Payloads/{method}", "unary_unary", [name.encode()])
        assert (answer.code, answer.messages) == ("OK", [expected])
    answer = call(server.address, "/test.Payloads/Each", "unary_stream", [name.encode()])
    assert (answer.code, answer.messages) == ("OK", [expected, b"end"])


def test_a_list_has_messages_of_every_kind(server: TestServer, call: Call) -> None:
    """A list in the list of messages is one message."""
    answer = call(server.address, "/test.Payloads/AllOfThem", "stream_stream", [name.encode() for name in PAYLOADS])
    assert (answer.code, answer.messages) == ("OK", [expected for _, expected in PAYLOADS.values()])


def test_what_is_changed_afterwards_is_sent_as_it_was(server: TestServer, call: Call) -> None:
    """A message is taken when the handler returns, or yields it."""
    answer = call(server.address, "/test.Payloads/Changed", "unary_stream", [b""])
    assert answer.messages == [b"as returned"] * 2
    answer = call(server.address, "/test.Payloads/ChangedBetween", "stream_stream", [b""])
    assert answer.messages == [b"one", b"two!"]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_message_is_named(server: TestServer, call: Call, name: str, caplog: Any) -> None:
    """The part of it as well."""
    with caplog.at_level(logging.ERROR, "spikard"):
        for method, kind in (("One", "unary_unary"), ("Each", "unary_stream")):
            caplog.clear()
            answer = call(server.address, f"/test.Payloads/{method}", kind, [name.encode()])
            assert answer.code == "INTERNAL"
            assert WRONG[name][1] in caplog.text
            if name in {"part", "nested"}:
                assert "[1] is " in caplog.text


def test_a_client_of_tests_takes_buffers() -> None:
    """As one message, and several for one in a list of messages."""
    with Client(one, all_of_them) as client:
        call: Any = client.call
        assert call(one, bytearray(b"parts")).payload == b"headerbody"
        assert call(one, array.array("B", b"tuple")).payload == b"headbody"
        names = [memoryview(b"bytes"), [b"no ", bytearray(b"parts")]]
        assert call(all_of_them, names).messages == [b"text", b""]
        with pytest.raises(TypeError, match="a memoryview that is not contiguous is no message"):
            call(one, memoryview(b"b_y_t_e_s")[::2])
        with pytest.raises(TypeError, match=r"message 0 of the call must be bytes, not list"):
            call("/test.Payloads/One", [[b"by", "tes"]])
        with pytest.raises(GrpcError, match="INTERNAL"):
            call(one, b"gaps")
