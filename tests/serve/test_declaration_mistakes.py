"""What the decorator says of mistakes."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcRequest,
    GrpcResponse,
    grpc_stream,
)

stream: Any = grpc_stream
"""The decorator without its types: these are the mistakes that a type checker would find."""


async def unary(request: GrpcRequest) -> GrpcResponse: ...


def no_annotations(request): ...  # type: ignore[no-untyped-def]
async def no_return(request: GrpcClientStreamRequest): ...  # type: ignore[no-untyped-def]
def wrong_request(request: bytes) -> GrpcResponse: ...
def wrong_response(request: GrpcRequest) -> bytes: ...
def wrong_pair(request: GrpcClientStreamRequest) -> GrpcBidiStreamResponse: ...
def no_parameter() -> GrpcResponse: ...
def two_parameters(request: GrpcRequest, more: int) -> GrpcResponse: ...
def keyword_only(*, request: GrpcRequest) -> GrpcResponse: ...
def unknown_type(request: Unknown) -> GrpcResponse: ...  # type: ignore[name-defined]  # noqa: F821


def generator(request: GrpcRequest) -> AsyncIterator[bytes]:  # type: ignore[misc]
    yield b""  # pyright: ignore


def yields_one_here(request: GrpcRequest) -> GrpcResponse:  # type: ignore[misc]
    yield GrpcResponse()  # pyright: ignore


async def async_generator(request: GrpcRequest) -> Iterator[bytes]:  # type: ignore[misc]
    yield b""  # pyright: ignore


async def yields_one(request: GrpcRequest) -> GrpcResponse:  # type: ignore[misc]
    yield GrpcResponse()  # pyright: ignore


async def yields_list(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:  # type: ignore[misc]
    yield GrpcBidiStreamResponse()  # pyright: ignore


class ShopClass: ...


@pytest.mark.parametrize(
    ("function", "options", "error", "text"),
    [
        (
            no_annotations,
            {},
            TypeError,
            (
                'have no annotation, which the kind of the RPC comes from: write "def no_annotations(request: '
                'GrpcClientStreamRequest) -> GrpcResponse", or give the decorator kind="…"'
            ),
        ),
        (
            no_return,
            {},
            TypeError,
            (
                "its response has no annotation, which the kind of the RPC comes from: write "
                '"async def no_return(request: GrpcClientStreamRequest) -> GrpcResponse"'
            ),
        ),
        (wrong_request, {}, TypeError, "it takes bytes, which is no request of spikard"),
        (
            wrong_response,
            {},
            TypeError,
            "it returns bytes, which is no response of spikard: a GrpcRequest is answered with",
        ),
        (
            wrong_pair,
            {},
            TypeError,
            "a GrpcClientStreamRequest is answered with a GrpcResponse, not with a GrpcBidiStreamResponse",
        ),
        (
            no_parameter,
            {},
            TypeError,
            "takes one argument, the request, and this one takes (): write def no_parameter(",
        ),
        (two_parameters, {}, TypeError, "takes one argument, the request"),
        (keyword_only, {}, TypeError, "takes one argument, the request"),
        (unknown_type, {}, TypeError, 'the annotation of its request, "Unknown", cannot be resolved'),
        (
            generator,
            {},
            TypeError,
            (
                "it is a def that yields, and its response is annotated as AsyncIterator: write Iterator, to run it "
                "in a thread, or async def, to run it on the event loop"
            ),
        ),
        (
            yields_one_here,
            {},
            TypeError,
            "it yields, and its response is annotated as GrpcResponse: write -> Iterator[bytes] to send",
        ),
        (
            async_generator,
            {},
            TypeError,
            "it is an async def, and its response is annotated as Iterator: write AsyncIterator",
        ),
        (
            yields_one,
            {},
            TypeError,
            (
                "it yields, and its response is annotated as GrpcResponse: write -> AsyncIterator[bytes] to send each "
                "message as it is yielded, or return GrpcResponse(…) instead of yielding"
            ),
        ),
        (yields_list, {}, TypeError, "or return GrpcBidiStreamResponse(…) instead of yielding"),
        (yields_one, {"kind": "unary"}, TypeError, "it yields, and its response is annotated as GrpcResponse"),
        (
            ShopClass,
            {},
            TypeError,
            "it has no public methods, which would be the handlers: write a def or an async def",
        ),
        (unary, {"kind": "bidirectional"}, TypeError, 'kind="bidirectional" does not fit the annotations'),
        (unary, {"kind": "both"}, ValueError, "kind='both' is not a kind of RPC: it is one of \"unary\""),
        (unary, {"service": ""}, ValueError, "the service has no name"),
        (unary, {"service": "/shop.Shop/Get"}, ValueError, 'write service="shop.Shop", method="Get"'),
        (unary, {"service": "shop..Shop"}, ValueError, "has an empty part"),
        (unary, {"service": "shop.My Shop"}, ValueError, '"My Shop" is not a name in a .proto'),
        (unary, {"service": 7}, TypeError, "service must be the full name of a service"),
        (unary, {"method": "shop.Shop/Get"}, ValueError, "write the name of the method alone"),
        (unary, {"max_messages": 0}, ValueError, "max_messages must be 1 or more, not 0"),
        (unary, {"max_messages": "500"}, TypeError, 'max_messages must be a whole number, not "500"'),
        (unary, {"max_messages": True}, TypeError, "max_messages must be a whole number, not bool"),
        (unary, {"max_mesages": 1}, TypeError, 'there is no option "max_mesages"; did you mean "max_messages"?'),
        (unary, {"max_message_bytes": "8mb"}, ValueError, 'max_message_bytes: "8mb" is not a size'),
        (unary, {"max_bytes": 1, "max_stream_bytes": 1}, TypeError, "give only one of the two"),
        (unary, {"timeout": "5 seconds"}, ValueError, 'timeout: "5 seconds" is not a duration'),
        (unary, {"timeout": 0}, ValueError, "timeout must be more than 0 seconds"),
        (unary, {"timeout": -1}, ValueError, "timeout must be a time from 0"),
        (unary, {"timeout": float("nan")}, ValueError, "timeout must be a time from 0"),
    ],
)
def test_mistakes(function: Any, options: dict[str, Any], error: type[Exception], text: str) -> None:
    """Each names the function, and what to write."""
    if hasattr(function, "__grpc_stream__"):
        del function.__grpc_stream__
    with pytest.raises(error) as raised:
        stream(**{"service": "shop.Shop", **options})(function)
    assert f"@grpc_stream on {function.__module__}.{function.__qualname__}: " in str(raised.value)
    assert text in str(raised.value)


def test_mistakes_of_place() -> None:
    """Without its options, twice, or above `staticmethod`."""
    wrong: list[tuple[Callable[[], object], str]] = [
        (
            lambda: stream(unary),
            '@grpc_stream alone names no service: write @grpc_stream(service="package.Service") above',
        ),
        (
            lambda: stream("shop.Shop"),
            'grpc_stream without service= names no service: write @grpc_stream(service="shop.Shop")',
        ),
        (
            lambda: stream(method="Get"),
            'grpc_stream without service= names no service: write @grpc_stream(service="package.',
        ),
    ]
    for misplaced, text in wrong:
        with pytest.raises(TypeError) as raised:
            misplaced()
        assert text in str(raised.value)
    with pytest.raises(TypeError, match="it has a @grpc_stream already"):
        stream(service="shop.Other")(stream(service="shop.Shop", method="Twice")(lambda_like()))
    with pytest.raises(TypeError, match="write @grpc_stream below @staticmethod"):
        stream(service="shop.Shop")(staticmethod(unary))


def lambda_like() -> Callable[[GrpcRequest], GrpcResponse]:
    """A new function each time."""

    def handler(request: GrpcRequest) -> GrpcResponse:
        return GrpcResponse(request.payload)

    return handler
