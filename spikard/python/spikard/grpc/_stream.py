"""The decorator that makes a function the handler of a gRPC method, and a class a service."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, overload

from spikard.grpc._amounts import Size
from spikard.grpc._around import Middleware
from spikard.grpc._forms import SWITCH
from spikard.grpc._kind import Kind
from spikard.grpc._on_class import declare_class
from spikard.grpc._on_function import Given, declare_function, mistakes_on
from spikard.grpc._option_table import takes
from spikard.grpc._options import MethodLimits
from spikard.grpc._request import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc._service import ServiceDescriptor

if TYPE_CHECKING:
    from typing_extensions import Unpack

KindName = Literal[
    "unary", "server_streaming", "client_streaming", "unbuffered_client_streaming", "bidirectional", "duplex"
]

_One = GrpcResponse[Any] | Awaitable[GrpcResponse[Any]]
_ServerStream = GrpcServerStreamResponse[Any] | Awaitable[GrpcServerStreamResponse[Any]]
_BidiStream = GrpcBidiStreamResponse[Any] | Awaitable[GrpcBidiStreamResponse[Any]]
_Stream = AsyncIterator[Any] | Iterator[Any] | GrpcDuplexResponse[Any] | Awaitable[GrpcDuplexResponse[Any]]

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


_Block = TypeVar("_Block")


class _Decorator(Protocol):
    # A class can be called as well, which is not what makes it a service.
    @overload
    def __call__(self, block: type[_Block], /) -> type[_Block]: ...  # type: ignore[overload-overlap]
    @overload
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
    complete: bool = False,
    max_bytes: Size | None = None,
    middleware: Sequence[Middleware] = (),
    **limits: Unpack[MethodLimits],
) -> _Decorator:
    """Makes a function the handler of a gRPC method, or a class a service; the function itself stays as it is.

    The kind of the RPC comes from the annotations, as with the Rust macro::

        @grpc_stream(service="shop.Shop", max_messages=500)
        async def import_items(request: GrpcClientStreamRequest) -> GrpcResponse: ...

    On a class it makes each public method of its body a handler; what is no handler has a name that begins with ``_``.
    An instance that is served is a service with state::

        @grpc_stream(service=shop_pb2.DESCRIPTOR.services_by_name["Orders"], complete=True)
        class Orders:
            async def add_up(self, request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]: ...

    A method with other options has a decorator of its own; the limits of the class hold for those that it leaves out.
    Without the one on the class, only such methods are handlers. A mistake is raised here, when the module is imported,
    and names the function.

    Args:
        service: The full name of the service, ``"package.Service"``, or its descriptor,
            ``shop_pb2.DESCRIPTOR.services_by_name["Orders"]``: then the method, its kind and its messages are compared
            with it here. Columns need a descriptor, which tells of what messages they are.
        method: The name of the method. Default: the function's name in UpperCamelCase, ``ImportItems``. Nothing
            is taken off it: ``handle_import`` is ``HandleImport``. With a descriptor it is spelled as there:
            ``get_url`` may be ``GetURL``.
        kind: The kind, for a function without annotations: see :class:`Kind`.
        complete: Whether the class must have a handler for every method of the service, whose descriptor it needs. The
            ``TypeError`` names all that are missing. For functions, and for several classes, see `complete_services` of
            the server.
        max_bytes: A short name of `max_stream_bytes`; only one of the two may be given.
        middleware: Functions around this handler, or around those of the class, outermost first, within those of the
            server and of the instance.
        **limits: The limits of the method, as in ``docs/reference/settings.md``. Default: the server's.
    """
    limited = {name: value for name, value in {**limits, "max_bytes": max_bytes}.items() if value is not None}
    given = Given(service, method, kind, limited, middleware)

    def decorate(decorated: Any, /) -> Any:
        is_class = inspect.isclass(decorated)
        with mistakes_on(decorated):
            whole = SWITCH.check("complete", complete)
            if whole and not is_class:
                raise TypeError(
                    "complete=True is said of a class that has all methods of a service: for functions, start the "
                    "server with complete_services=True"
                )
        if is_class:
            declare_class(decorated, given, complete=whole)
        else:
            declare_function(decorated, given)
        return decorated

    return decorate
