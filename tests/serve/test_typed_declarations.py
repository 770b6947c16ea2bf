"""The type arguments of a handler's annotations, and what is said of mistakes in them."""

# mypy: disable-error-code="empty-body, type-arg, misc"

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import TYPE_CHECKING, Annotated, Any

import google.protobuf.message
import pytest

from orders_pb2 import Item, Total
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcRequest,
    GrpcResponse,
    grpc_stream,
    register_codec,
)
from spikard.grpc._declaration import declared

if TYPE_CHECKING:
    from orders_pb2 import Item as Hidden

stream: Any = grpc_stream
Alias = GrpcClientStreamRequest[Item]
BytesLike = bytes | bytearray | memoryview


def types_of(function: Any) -> tuple[Any, Any] | None:
    """The classes that a declared function takes and gives; ``None`` where both are bytes."""
    declaration = declared(function)
    assert declaration is not None
    typed = declaration.typed
    return None if typed is None else (typed.takes and typed.takes.type, typed.gives and typed.gives.type)


async def plain(request: GrpcRequest[Item]) -> GrpcResponse[Total]: ...
async def quoted(request: "GrpcRequest[Item]") -> GrpcResponse["Total"]: ...  # noqa: UP037 - the point
async def alias(request: Alias) -> GrpcResponse[Total]: ...
async def annotated(request: Annotated[GrpcRequest[Annotated[Item, "why"]], "why"]) -> GrpcResponse[Total]: ...
def awaitable(request: GrpcRequest[Item]) -> Awaitable[GrpcResponse[Total]]: ...
def stream_of(request: GrpcRequest[Item]) -> AsyncIterator[Total]: ...
async def generator(request: GrpcDuplexRequest[Item]) -> AsyncGenerator[Total, None]:
    yield Total()


async def only_in(request: GrpcRequest[Item]) -> GrpcResponse[bytes]: ...
async def only_out(request: GrpcRequest[Any]) -> GrpcResponse[Total]: ...
async def raw(request: GrpcRequest) -> GrpcResponse: ...
async def explicit(request: GrpcRequest[bytes]) -> GrpcResponse[BytesLike]: ...
async def raw_stream(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    yield b""


async def raw_iterator(request: GrpcDuplexRequest) -> AsyncIterator:  # pyright: ignore
    yield b""


@pytest.mark.parametrize(
    ("function", "types"),
    [
        (plain, (Item, Total)),
        (quoted, (Item, Total)),
        (alias, (Item, Total)),
        (annotated, (Item, Total)),
        (awaitable, (Item, Total)),
        (stream_of, (Item, Total)),
        (generator, (Item, Total)),
        (only_in, (Item, None)),
        (only_out, (None, Total)),
        (raw, None),
        (explicit, None),
        (raw_stream, None),
        (raw_iterator, None),
    ],
)
def test_the_arguments_are_the_messages(function: Any, types: tuple[Any, Any] | None) -> None:
    """However they are spelled; `bytes` and no argument are the same."""
    assert types_of(stream(service="orders.Orders")(function)) == types


class Nothing:
    """No message."""


class HalfAble:
    """Decodes itself as a method of an instance, and encodes itself."""

    def from_bytes(self, data: bytes) -> HalfAble: ...
    def to_bytes(self) -> bytes: ...


async def no_message(request: GrpcRequest[Nothing]) -> GrpcResponse[Total]: ...
async def no_message_out(request: GrpcRequest[Item]) -> GrpcResponse[dict[str, int]]: ...
async def half_able(request: GrpcRequest[HalfAble]) -> GrpcResponse[Total]: ...
async def number(request: GrpcRequest[int]) -> GrpcResponse[Total]: ...
async def base(request: GrpcRequest[google.protobuf.message.Message]) -> GrpcResponse[Total]: ...
async def several(request: GrpcRequest[Item | Total]) -> GrpcResponse[Total]: ...
async def one_side(request: GrpcRequest[Item]) -> GrpcResponse: ...
async def other_side(request: GrpcClientStreamRequest) -> GrpcResponse[Total]: ...
async def one_side_of_a_stream(request: GrpcDuplexRequest) -> AsyncIterator[Total]:
    yield Total()


async def wrong_pair(request: GrpcClientStreamRequest[Item]) -> GrpcBidiStreamResponse[Total]: ...
async def instead(request: GrpcBidiStreamRequest[Item]) -> list[Total]: ...
async def hidden(request: GrpcRequest[Hidden]) -> GrpcResponse[Total]: ...
async def hidden_stream(request: GrpcRequest) -> AsyncIterator[Hidden]:
    yield Hidden()


@pytest.mark.parametrize(
    ("function", "options", "text"),
    [
        (
            no_message,
            {},
            "the type argument of its request, Nothing, is no class of messages: write bytes, or a class with",
        ),
        (no_message, {}, "or make it one before, with register_codec(Nothing, decode=…, encode=…)"),
        (no_message_out, {}, "the type argument of its response, dict[str, int], is no class of messages"),
        (half_able, {}, "the type argument of its request, HalfAble, is no class of messages"),
        (number, {}, "the type argument of its request, int, is no class of messages"),
        (base, {}, "the type argument of its request, Message, is no class of messages"),
        (several, {}, "is no class of messages"),
        (
            one_side,
            {},
            "its request has messages of orders.Item, and its response has no type argument: give it the class",
        ),
        (other_side, {}, "its response has messages of orders.Total, and its request has no type argument"),
        (one_side_of_a_stream, {}, "its response has messages of orders.Total, and its request has no type argument"),
        (
            wrong_pair,
            {},
            "a GrpcClientStreamRequest is answered with a GrpcResponse, not with a GrpcBidiStreamResponse",
        ),
        (instead, {}, "it returns list[orders_pb2.Total], which is no response of spikard"),
        (hidden, {}, 'the annotation of its request, "GrpcRequest[Hidden]", cannot be resolved'),
        # Its messages are decoded, so their class must be there, whatever is known of the kind.
        (hidden, {"kind": "unary"}, 'the annotation of its request, "GrpcRequest[Hidden]", cannot be resolved'),
        (hidden_stream, {"kind": "server_streaming"}, 'its response, "AsyncIterator[Hidden]", cannot be resolved'),
        (plain, {"kind": "duplex"}, 'kind="duplex" does not fit the annotations'),
    ],
)
def test_mistakes(function: Any, options: dict[str, Any], text: str) -> None:
    """Each is said when the module is imported, and names the function."""
    vars(function).pop("__grpc_stream__", None)
    with pytest.raises(TypeError) as raised:
        stream(service="orders.Orders", **options)(function)
    assert f"@grpc_stream on {function.__module__}.{function.__qualname__}: " in str(raised.value)
    assert text in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "options", "text"),
    [
        (
            ("orders.Item",),
            {"decode": bytes, "encode": bytes},
            "register_codec takes a class of messages, not 'orders.Item'",
        ),
        ((Nothing,), {"decode": None, "encode": bytes}, "register_codec: decode must be a function, not NoneType"),
        ((Nothing,), {"decode": bytes, "encode": b""}, "register_codec: encode must be a function, not bytes"),
        (
            (Nothing,),
            {"decode": bytes, "encode": bytes, "name": 7},
            'name must be a text, such as "shop.Item", not int',
        ),
    ],
)
def test_mistakes_of_codecs(arguments: Any, options: dict[str, Any], text: str) -> None:
    """Nothing is registered."""
    register: Any = register_codec
    with pytest.raises(TypeError) as raised:
        register(*arguments, **options)
    assert text in str(raised.value)
    with pytest.raises(TypeError, match="is no class of messages"):
        stream(service="orders.Orders", method="Again")(lambda_like())


def lambda_like() -> Any:
    """A new function each time."""

    async def handler(request: GrpcRequest[Nothing]) -> GrpcResponse[Total]: ...

    return handler
