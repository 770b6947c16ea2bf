"""The messages of a stream of google's protobuf are parsed at once, and are what a parse of each gives."""

import logging
import random
from collections.abc import Sequence
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, struct_pb2
from wire import grpc

from orders_pb2 import Item, Total
from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcError, grpc_stream
from spikard.grpc._batch import split
from spikard.grpc._codec import codec_of
from spikard.grpc._wire import repeated
from spikard.grpc.testing import Client, serving

SEEN: list[Sequence[Any]] = []


@grpc_stream(service="orders.Orders", method="Convert")
def convert(request: GrpcBidiStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]:
    SEEN.append(request.messages)
    return GrpcBidiStreamResponse(Total(value=item.value, names=[item.name]) for item in request.messages)


@grpc_stream(service="google.Nested")
def nested(request: GrpcBidiStreamRequest[struct_pb2.Struct]) -> GrpcBidiStreamResponse[bytes]:
    return GrpcBidiStreamResponse([message.SerializeToString() for message in request.messages])


@grpc_stream(service="google.Required")
def required(request: GrpcBidiStreamRequest[descriptor_pb2.UninterpretedOption]) -> GrpcBidiStreamResponse[bytes]:
    return GrpcBidiStreamResponse([b"" for _ in request.messages])


def items(count: int) -> list[Item]:
    """Items of many lengths, empty ones among them."""
    chosen = random.Random(7)
    lengths = [chosen.choice([0, 1, 2, 100, 127, 128, 200, 16_384, 70_000]) for _ in range(count)]
    return [Item(name="n" * length, value=index if length else 0) for index, length in enumerate(lengths)]


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_order_and_content(count: int) -> None:
    """Over a socket, from grpcio's client; lengths of one to three bytes, and messages that are empty."""
    SEEN.clear()
    sent = items(count)
    with serving(convert) as server, grpc.insecure_channel(server.address) as channel:
        method = channel.stream_stream(
            "/orders.Orders/Convert",
            request_serializer=Item.SerializeToString,
            response_deserializer=Total.FromString,
        )
        got = list(method(iter(sent), timeout=60))
    assert [(total.value, list(total.names)) for total in got] == [(item.value, [item.name]) for item in sent]
    # Not a list: they were parsed at once.
    assert type(SEEN[0]) is not list


def test_the_messages_are_a_sequence() -> None:
    """As a list is, for what handlers do."""
    SEEN.clear()
    sent = [Item(name=name) for name in "abcd"]
    with Client(convert) as client:
        client.call(convert, sent)
    (messages,) = SEEN
    assert isinstance(messages, Sequence)
    assert (len(messages), messages[0], messages[-1]) == (4, sent[0], sent[3])
    assert (list(messages), messages[1:], list(reversed(messages))) == (sent, sent[1:], sent[::-1])
    assert type(messages[0]) is Item
    assert messages == sent
    shown = repr(GrpcBidiStreamRequest(messages))
    assert shown == repr(GrpcBidiStreamRequest(sent))
    assert "… 1 more]" in shown


def test_a_broken_message_is_found_one_by_one(caplog: pytest.LogCaptureFixture) -> None:
    """By its index; also the first, the last, and one that only looks like the next one's beginning."""
    sent = [item.SerializeToString() for item in items(200)]
    for index, broken in ((0, b"\x0a\xff"), (57, b"\x0a\x05ab"), (199, b"\x0a")):
        with Client(convert) as client, caplog.at_level(logging.CRITICAL), pytest.raises(GrpcError) as raised:
            client.call("Convert", [*sent[:index], broken, *sent[index + 1 :]])
        assert raised.value.message.startswith(f"message {index} of the stream is not a valid orders.Item")


def nest(depth: int) -> bytes:
    """A value in a value, so many times."""
    value = b""
    for _ in range(depth):
        value = repeated(1, [b"\x0a\x01a" + repeated(2, [repeated(5, [value])])])
    return value


def test_what_each_parse_takes_the_one_parse_takes_too() -> None:
    """At the limit of depth, one less than in a message of their own; in the end, each is parsed for itself."""
    deepest = max(depth for depth in range(1, 60) if parses(struct_pb2.Struct, nest(depth)))
    assert 20 < deepest < 59
    with Client(nested) as client:
        for depth in (deepest, deepest - 1):
            assert len(client.call("Nested", [nest(1), nest(depth)]).messages) == 2
        with pytest.raises(GrpcError, match="message 1 of the stream"):
            client.call("Nested", [nest(1), nest(deepest + 1)])


def parses(message: Any, encoded: bytes) -> bool:
    """Whether protobuf takes it."""
    try:
        message.FromString(encoded)
    except Exception:
        return False
    return True


def test_required_fields_are_as_in_each_parse() -> None:
    """Those of proto2."""
    lacking = repeated(2, [b""])
    with Client(required) as client:
        if parses(descriptor_pb2.UninterpretedOption, lacking):
            assert len(client.call("Required", [lacking]).messages) == 1
        else:
            with pytest.raises(GrpcError, match="message 0 of the stream"):
                client.call("Required", [lacking])


def test_joined_messages_can_be_parted() -> None:
    """Of every length of length."""
    parts: list[bytes] = [b"", b"a", b"b" * 127, b"c" * 128, b"d" * 20_000, b"e" * 3_000_000, b""]
    assert list(split(repeated(1, parts))) == parts
    assert list(split(b"")) == []


class Shown:
    """A class that shows the descriptor of another."""

    DESCRIPTOR = Item.DESCRIPTOR

    @staticmethod
    def FromString(data: bytes) -> "Shown":  # noqa: N802 - protobuf's name
        return Shown()

    def SerializeToString(self) -> bytes:  # noqa: N802
        return b""


def test_a_class_that_makes_its_messages_itself_is_left_to_it() -> None:
    """The one parse would make others."""
    codec = codec_of(Shown)
    assert codec is not None
    assert codec.parse_all is None
    assert type(codec.decode(b"")) is Shown


def test_a_class_is_made_once() -> None:
    """However many handlers use it."""
    first, second = codec_of(Item), codec_of(Item)
    assert first is not None
    assert second is not None
    assert first.parse_all is not None
    assert second.parse_all is not None
    assert first.parse_all(repeated(1, [b""]))[0] == Item()
