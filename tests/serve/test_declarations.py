"""What the decorator takes, and what it says of mistakes.

Over 300 lines, since the mistakes are one table, beside the functions that have them.
"""

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
"""The decorator without its types: these are the mistakes that a type checker would find."""


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
        timeout="1m30s",
        idle_timeout=datetime.timedelta(milliseconds=250),
        accept_compression=False,
    )
    async def get(request: GrpcClientStreamRequest) -> GrpcResponse: ...

    limits = {
        "max_messages": 500,
        "max_message_bytes": 64 << 10,
        "max_stream_bytes": 8 << 20,
        "timeout": 90.0,
        "idle_timeout": 0.25,
        "accept_compression": False,
        "refuse_retried_uploads": None,
    }
    assert of(get) == Declaration("shop.v1.Shop", "Put", Kind.CLIENT_STREAMING, limits=limits)


def no_annotations(request): ...  # type: ignore[no-untyped-def]
async def no_return(request: GrpcClientStreamRequest): ...  # type: ignore[no-untyped-def]
def wrong_request(request: bytes) -> GrpcResponse: ...
def wrong_response(request: GrpcRequest) -> bytes: ...
def wrong_pair(request: GrpcClientStreamRequest) -> GrpcBidiStreamResponse: ...
def no_parameter() -> GrpcResponse: ...
def two_parameters(request: GrpcRequest, more: int) -> GrpcResponse: ...
def keyword_only(*, request: GrpcRequest) -> GrpcResponse: ...
def unknown_type(request: Unknown) -> GrpcResponse: ...  # type: ignore[name-defined]  # noqa: F821


def generator(request: GrpcRequest):  # type: ignore[no-untyped-def]
    yield GrpcResponse()


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
        (generator, {}, TypeError, "it is a def that yields"),
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
        (ShopClass, {}, TypeError, "it is put on the methods of a class, not on the class"),
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
            lambda: stream(plain),
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
        stream(service="shop.Shop")(staticmethod(plain))


def lambda_like() -> Callable[[GrpcRequest], GrpcResponse]:
    """A new function each time."""

    def handler(request: GrpcRequest) -> GrpcResponse:
        return GrpcResponse(request.payload)

    return handler
