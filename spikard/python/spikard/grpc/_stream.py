"""The decorator that makes a function the handler of a gRPC method."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol, TypeVar

from spikard.grpc import _amounts
from spikard.grpc._amounts import Duration, Size
from spikard.grpc._declaration import Declaration, declare, declared
from spikard.grpc._kind import Kind
from spikard.grpc._kind_of import kind_of
from spikard.grpc._names import default_method_name, method_name, service_name
from spikard.grpc._request import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcResponse, GrpcServerStreamResponse

KindName = Literal["unary", "server_streaming", "client_streaming", "bidirectional"]

_One = GrpcResponse | Awaitable[GrpcResponse]
_ServerStream = GrpcServerStreamResponse | Awaitable[GrpcServerStreamResponse]
_BidiStream = GrpcBidiStreamResponse | Awaitable[GrpcBidiStreamResponse]

_Handler = TypeVar(
    "_Handler",
    bound=Callable[[GrpcRequest], _One | _ServerStream]
    | Callable[[GrpcClientStreamRequest], _One]
    | Callable[[GrpcBidiStreamRequest], _BidiStream]
    # The same as methods of a class.
    | Callable[[Any, GrpcRequest], _One | _ServerStream]
    | Callable[[Any, GrpcClientStreamRequest], _One]
    | Callable[[Any, GrpcBidiStreamRequest], _BidiStream],
)


class _Decorator(Protocol):
    def __call__(self, handler: _Handler, /) -> _Handler: ...


def grpc_stream(
    *,
    service: str,
    method: str | None = None,
    max_messages: int | None = None,
    max_message_bytes: Size | None = None,
    max_stream_bytes: Size | None = None,
    max_bytes: Size | None = None,
    timeout: Duration | None = None,
    idle_timeout: Duration | None = None,
    kind: Kind | KindName | None = None,
) -> _Decorator:
    """Makes a function the handler of a gRPC method; the function itself stays as it is.

    The kind of the RPC comes from the annotations, as with the Rust macro::

        @grpc_stream(service="shop.Shop", max_messages=500)
        async def import_items(request: GrpcClientStreamRequest) -> GrpcResponse: ...

    On a method of a class it makes each instance that is served a service with state. A mistake is raised
    here, when the module is imported, and names the function.

    Args:
        service: The full name of the service, ``"package.Service"``.
        method: The name of the method. Default: the function's name in UpperCamelCase, ``ImportItems``. Nothing
            is taken off it: ``handle_import`` is ``HandleImport``.
        max_messages: Messages in one stream. Default: the server's, 10,000.
        max_message_bytes: Bytes in one message, after decompression; a number, or a text like ``"8MiB"``.
            Default: the server's, 4 MiB.
        max_stream_bytes: Bytes in all messages of one request together. Default: the server's, 64 MiB.
        max_bytes: A short name of `max_stream_bytes`; only one of the two may be given.
        timeout: Time for the whole call: seconds, a text like ``"1m30s"``, or a ``timedelta``. Default: none
            but the client's.
        idle_timeout: Time without a byte from a client that has not finished. Default: the server's, 60 s.
        kind: The kind, for a function without annotations: see :class:`Kind`.
    """
    if callable(service):
        raise TypeError('grpc_stream takes options: write @grpc_stream(service="package.Service") above the function')

    def decorate(function: _Handler, /) -> _Handler:
        try:
            _check(function)
            if max_bytes is not None and max_stream_bytes is not None:
                raise TypeError("max_bytes is a short name of max_stream_bytes: give only one of the two")
            stream_bytes = max_bytes if max_stream_bytes is None else max_stream_bytes
            declaration = Declaration(
                service=service_name(service),
                method=default_method_name(function.__name__) if method is None else method_name(method),
                kind=kind_of(function, None if kind is None else _kind(kind)),
                max_messages=_or_none(_amounts.count, "max_messages", max_messages),
                max_message_bytes=_or_none(_amounts.size, "max_message_bytes", max_message_bytes),
                max_stream_bytes=_or_none(_amounts.size, "max_stream_bytes", stream_bytes),
                timeout=_or_none(_amounts.duration, "timeout", timeout),
                idle_timeout=_or_none(_amounts.duration, "idle_timeout", idle_timeout),
            )
        except (TypeError, ValueError) as error:
            raise type(error)(f"@grpc_stream on {_named(function)}: {error}") from error.__cause__
        declare(function, declaration)
        return function

    return decorate


def _check(function: Any) -> None:
    if isinstance(function, (staticmethod, classmethod)):
        word = type(function).__name__
        raise TypeError(f"write @grpc_stream below @{word}, next to the function")
    if inspect.isclass(function):
        raise TypeError("it is put on the methods of a class, not on the class")
    if not inspect.isfunction(function):
        raise TypeError(f"it is put on a function, not on {type(function).__name__}: write a def or an async def")
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        raise TypeError("a handler returns its response, and this one yields: collect the messages and return them")
    if declared(function) is not None:
        raise TypeError("it has a @grpc_stream already: a function handles one method")


def _kind(kind: object) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        known = ", ".join(f'"{one.value}"' for one in Kind)
        raise ValueError(f"kind={kind!r} is not a kind of RPC: it is one of {known}") from None


def _or_none(read: Callable[[str, object], Any], name: str, value: object) -> Any:
    return None if value is None else read(name, value)


def _named(function: Any) -> str:
    inner = getattr(function, "__func__", function)
    name = getattr(inner, "__qualname__", None)
    return f"{inner.__module__}.{name}" if name else repr(function)
