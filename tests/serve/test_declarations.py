"""What the decorator takes."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import pytest

import spikard.grpc
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    Kind,
    grpc_stream,
)
from spikard.grpc._declaration import Declaration, declared

Alias = GrpcBidiStreamRequest
stream: Any = grpc_stream
"""The decorator without its types: what a type checker would find is tried as well."""


def of(function: Any) -> Declaration:
    """The declaration of a function that has one."""
    declaration = declared(function)
    assert declaration is not None
    return declaration


def test_the_function_stays_as_it_is() -> None:
    """It is the same object, and still what it was."""

    async def get(request: GrpcRequest) -> GrpcResponse:
        return GrpcResponse(request.payload)

    assert grpc_stream(service="shop.Shop")(get) is get
    assert of(get) == Declaration("shop.Shop", "Get", Kind.UNARY)


async def unary(request: GrpcRequest) -> GrpcResponse: ...
async def server_streaming(request: GrpcRequest) -> GrpcServerStreamResponse: ...
async def client_streaming(request: GrpcClientStreamRequest) -> GrpcResponse: ...
async def bidirectional(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse: ...
async def alias(request: Alias) -> GrpcBidiStreamResponse: ...
async def full_path(request: spikard.grpc.GrpcClientStreamRequest) -> spikard.grpc.GrpcResponse: ...
async def annotated(request: Annotated[GrpcRequest, "why"]) -> GrpcResponse: ...
async def quoted(request: "GrpcRequest") -> "GrpcResponse": ...  # noqa: UP037 - the point
async def with_default(request: GrpcRequest, more: int = 0) -> GrpcResponse: ...
def plain(request: GrpcRequest) -> GrpcResponse: ...
def awaitable(request: GrpcRequest) -> Awaitable[GrpcResponse]: ...
def awaitable_of_name(request: GrpcRequest) -> Awaitable["GrpcResponse"]: ...  # noqa: UP037 - the point


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (unary, Kind.UNARY),
        (server_streaming, Kind.SERVER_STREAMING),
        (client_streaming, Kind.CLIENT_STREAMING),
        (bidirectional, Kind.BIDIRECTIONAL),
        (alias, Kind.BIDIRECTIONAL),
        (full_path, Kind.CLIENT_STREAMING),
        (annotated, Kind.UNARY),
        (quoted, Kind.UNARY),
        (with_default, Kind.UNARY),
        (plain, Kind.UNARY),
        (awaitable, Kind.UNARY),
        (awaitable_of_name, Kind.UNARY),
    ],
)
def test_the_kind_comes_from_the_types(function: Callable[..., Any], kind: Kind) -> None:
    """However they are spelled."""
    assert of(stream(service="shop.Shop")(function)).kind is kind


def test_the_kind_can_be_given() -> None:
    """For a function without annotations, by name or as a `Kind`."""

    def first(request): ...  # type: ignore[no-untyped-def]

    def second(request): ...  # type: ignore[no-untyped-def]

    assert of(stream(service="shop.Shop", kind="bidirectional")(first)).kind is Kind.BIDIRECTIONAL
    assert of(stream(service="shop.Shop", kind=Kind.UNARY)(second)).kind is Kind.UNARY


def test_a_kind_that_is_given_needs_no_types_at_run_time() -> None:
    """They may be imported for type checkers alone, as ruff moves them."""

    def get(request: Unknown) -> Unknown: ...  # type: ignore[name-defined]  # noqa: F821

    async def talk(request: Unknown) -> Unknown:  # type: ignore[name-defined]  # noqa: F821
        yield b""

    assert of(stream(service="shop.Shop", kind="client_streaming")(get)).kind is Kind.CLIENT_STREAMING
    declaration = of(stream(service="shop.Shop", kind="duplex")(talk))
    assert (declaration.kind, declaration.streams) == (Kind.DUPLEX, True)

    def half(request: GrpcRequest) -> Unknown: ...  # type: ignore[name-defined]  # noqa: F821

    # Those that do resolve must fit.
    with pytest.raises(TypeError, match='kind="client_streaming" does not fit the annotations'):
        stream(service="shop.Shop", kind="client_streaming")(half)


def test_methods_of_a_class() -> None:
    """`self` is no request, and a static method has none."""

    class Shop:
        @grpc_stream(service="shop.Shop")
        async def get(self, request: GrpcRequest) -> GrpcResponse: ...

        @staticmethod
        @grpc_stream(service="shop.Shop")
        async def put(request: GrpcRequest) -> GrpcResponse: ...

        @classmethod
        @grpc_stream(service="shop.Shop")
        async def list_all(cls, request: GrpcRequest) -> GrpcServerStreamResponse: ...

    assert of(Shop.get).method == "Get"
    assert of(Shop.put).method == "Put"
    assert of(Shop.list_all.__func__).kind is Kind.SERVER_STREAMING  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("batch_create", "BatchCreate"),
        ("handle_get", "HandleGet"),
        ("http2_ping", "Http2Ping"),
        ("step_1_2", "Step1_2"),
    ],
)
def test_method_name_by_default(name: str, method: str) -> None:
    """The function's name in UpperCamelCase, as with the Rust macro."""

    def handler(request: GrpcRequest) -> GrpcResponse: ...

    handler.__name__ = name
    assert of(stream(service="shop.Shop")(handler)).method == method


def test_limits() -> None:
    """As numbers, as people write them, as timedeltas."""

    @grpc_stream(
        service="shop.v1.Shop",
        method="Put",
        max_messages=500,
        max_message_bytes="64KiB",
        max_bytes="8MiB",
        max_decoded_bytes="16MiB",
        timeout="1m30s",
        idle_timeout=datetime.timedelta(milliseconds=250),
        accept_compression=False,
    )
    async def get(request: GrpcClientStreamRequest) -> GrpcResponse: ...

    limits = {
        "max_messages": 500,
        "max_message_bytes": 64 << 10,
        "max_stream_bytes": 8 << 20,
        "max_decoded_bytes": 16 << 20,
        "timeout": 90.0,
        "idle_timeout": 0.25,
        "accept_compression": False,
        "refuse_retried_uploads": None,
        "undecodable_as_invalid_argument": None,
    }
    assert of(get) == Declaration("shop.v1.Shop", "Put", Kind.CLIENT_STREAMING, limits=limits)
