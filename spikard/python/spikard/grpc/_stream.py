"""The decorator that makes a function the handler of a gRPC method."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from spikard.grpc._agreement import disagreement, method_named, method_of_function
from spikard.grpc._amounts import Size
from spikard.grpc._declaration import Declaration, declare, declared
from spikard.grpc._kind import Kind
from spikard.grpc._kind_of import kind_of
from spikard.grpc._names import default_method_name, method_name, service_name
from spikard.grpc._option_table import checked, options_of, takes
from spikard.grpc._options import MethodLimits
from spikard.grpc._request import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc._service import Service, ServiceDescriptor, service_of
from spikard.grpc._typed_of import typed_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

KindName = Literal[
    "unary", "server_streaming", "client_streaming", "unbuffered_client_streaming", "bidirectional", "duplex"
]

_One = GrpcResponse[Any] | Awaitable[GrpcResponse[Any]]
_ServerStream = GrpcServerStreamResponse[Any] | Awaitable[GrpcServerStreamResponse[Any]]
_BidiStream = GrpcBidiStreamResponse[Any] | Awaitable[GrpcBidiStreamResponse[Any]]
_Stream = AsyncIterator[Any] | GrpcDuplexResponse[Any] | Awaitable[GrpcDuplexResponse[Any]]

_Handler = TypeVar(
    "_Handler",
    bound=Callable[[GrpcRequest[Any]], _One | _ServerStream | _Stream]
    | Callable[[GrpcClientStreamRequest[Any]], _One]
    | Callable[[GrpcBidiStreamRequest[Any]], _BidiStream]
    | Callable[[GrpcDuplexRequest[Any]], _One | _Stream]
    # The same as methods of a class.
    | Callable[[Any, GrpcRequest[Any]], _One | _ServerStream | _Stream]
    | Callable[[Any, GrpcClientStreamRequest[Any]], _One]
    | Callable[[Any, GrpcBidiStreamRequest[Any]], _BidiStream]
    | Callable[[Any, GrpcDuplexRequest[Any]], _One | _Stream],
)


_Options = TypeVar("_Options", bound=Callable[..., Any])


class _Decorator(Protocol):
    def __call__(self, handler: _Handler, /) -> _Handler: ...


def _explained(decorator: _Options) -> _Options:
    """Says what to write to those who write ``@grpc_stream`` alone, or a service without its keyword."""

    @functools.wraps(decorator)
    def explaining(*misplaced: object, **options: Any) -> Any:
        if misplaced or "service" not in options:
            named = misplaced[0] if misplaced and isinstance(misplaced[0], str) else "package.Service"
            shown = "@grpc_stream alone" if misplaced and callable(misplaced[0]) else "grpc_stream without service="
            raise TypeError(f'{shown} names no service: write @grpc_stream(service="{named}") above the function')
        return decorator(**options)

    return explaining  # type: ignore[return-value]


@_explained
@takes(MethodLimits, default=None)
def grpc_stream(
    *,
    service: str | ServiceDescriptor,
    method: str | None = None,
    kind: Kind | KindName | None = None,
    max_bytes: Size | None = None,
    **limits: Unpack[MethodLimits],
) -> _Decorator:
    """Makes a function the handler of a gRPC method; the function itself stays as it is.

    The kind of the RPC comes from the annotations, as with the Rust macro::

        @grpc_stream(service="shop.Shop", max_messages=500)
        async def import_items(request: GrpcClientStreamRequest) -> GrpcResponse: ...

    On a method of a class it makes each instance that is served a service with state. A mistake is raised
    here, when the module is imported, and names the function.

    Args:
        service: The full name of the service, ``"package.Service"``, or its descriptor,
            ``shop_pb2.DESCRIPTOR.services_by_name["Orders"]``: then the method, its kind and its messages are compared
            with it here.
        method: The name of the method. Default: the function's name in UpperCamelCase, ``ImportItems``. Nothing
            is taken off it: ``handle_import`` is ``HandleImport``. With a descriptor it is spelled as there:
            ``get_url`` may be ``GetURL``.
        kind: The kind, for a function without annotations: see :class:`Kind`.
        max_bytes: A short name of `max_stream_bytes`; only one of the two may be given.
        **limits: The limits of the method, as in ``docs/reference/settings.md``. Default: the server's.
    """

    def decorate(function: _Handler, /) -> _Handler:
        try:
            _check(function)
            given: dict[str, Any] = {name: value for name, value in limits.items() if value is not None}
            if max_bytes is not None:
                if "max_stream_bytes" in given:
                    raise TypeError("max_bytes is a short name of max_stream_bytes: give only one of the two")
                given["max_stream_bytes"] = max_bytes
            described = None if isinstance(service, str) else service_of(service)
            found, streams, annotations = kind_of(function, None if kind is None else _kind(kind))
            _check_reading(function, found)
            declaration = Declaration(
                service=service_name(service if described is None else described.name),
                method=_method(described, function.__name__, method),
                kind=found,
                streams=streams,
                limits={**dict.fromkeys(options_of(MethodLimits)), **checked(MethodLimits, given)},
                typed=typed_of(annotations),
                described=described,
            )
            _compare(declaration)
        except (TypeError, ValueError) as error:
            raise type(error)(f"@grpc_stream on {_named(function)}: {error}") from error.__cause__
        declare(function, declaration)
        return function

    return decorate


def _method(described: Service | None, function: str, given: str | None) -> str:
    """The name of the method."""
    if given is not None:
        return method_name(given)
    return default_method_name(function) if described is None else method_of_function(described, function).name


def _compare(declaration: Declaration) -> None:
    described = declaration.described
    if described is not None:
        method = method_named(described, declaration.method)
        wrong = disagreement(described, method, declaration.kind, declaration.typed)
        if wrong is not None:
            raise TypeError(wrong)


def _check(function: Any) -> None:
    if isinstance(function, (staticmethod, classmethod)):
        word = type(function).__name__
        raise TypeError(f"write @grpc_stream below @{word}, next to the function")
    if inspect.isclass(function):
        raise TypeError("it is put on the methods of a class, not on the class")
    if not inspect.isfunction(function):
        raise TypeError(f"it is put on a function, not on {type(function).__name__}: write a def or an async def")
    if inspect.isgeneratorfunction(function):
        raise TypeError(
            "it is a def that yields: a handler that yields is an async generator, so write async def (and await "
            "asyncio.to_thread(…) around what blocks)"
        )
    if declared(function) is not None:
        raise TypeError("it has a @grpc_stream already: a function handles one method")


def _check_reading(function: Any, kind: Kind) -> None:
    """A ``def`` runs in a thread, which cannot wait for messages that come on the event loop."""
    if kind is Kind.UNBUFFERED_CLIENT_STREAMING and not inspect.iscoroutinefunction(inspect.unwrap(function)):
        raise TypeError(
            "it is a def, and the messages of a GrpcDuplexRequest come while it runs: write async def (and await "
            "asyncio.to_thread(…) around what blocks), or take a GrpcClientStreamRequest"
        )


def _kind(kind: object) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        known = ", ".join(f'"{one.value}"' for one in Kind)
        raise ValueError(f"kind={kind!r} is not a kind of RPC: it is one of {known}") from None


def _named(function: Any) -> str:
    inner = getattr(function, "__func__", function)
    name = getattr(inner, "__qualname__", None)
    return f"{inner.__module__}.{name}" if name else repr(function)
