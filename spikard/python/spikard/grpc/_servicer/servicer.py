"""Serves classes that were written for the code that ``grpc_tools`` generates."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from spikard.grpc._declaration import Declaration
from spikard.grpc._kind import Kind
from spikard.grpc._layers import runs_on_loop
from spikard.grpc._option_table import checked, options_of, takes
from spikard.grpc._options import MethodLimits
from spikard.grpc._service import Service, ServiceDescriptor, service_of
from spikard.grpc._servicer.adapted import adapted
from spikard.grpc._servicer.asynchronous import AsyncContext
from spikard.grpc._servicer.blocking import BlockingContext
from spikard.grpc._servicer.found import AddToServer, methods_of
from spikard.grpc._servicer.method import Coding, Method
from spikard.grpc._typed import Typed

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Servicer:
    """The handlers of an object that was written for grpcio; what :func:`servicer` returns."""

    def __init__(self, methods: Iterable[Method], *, buffered: bool, limits: dict[str, Any]) -> None:
        _register_contexts()
        self.declarations = dict(_handler(method, buffered, limits) for method in methods)
        """The handlers, as those with ``@grpc_stream``."""

    def __repr__(self) -> str:
        names = dict.fromkeys(handler.__qualname__.rpartition(".")[0] for handler in self.declarations)
        return f"servicer({', '.join(names)})"


@takes(MethodLimits, default=None)
def servicer(
    instance: object,
    *,
    service: ServiceDescriptor | AddToServer | None = None,
    buffered: bool = False,
    **limits: Unpack[MethodLimits],
) -> Servicer:
    """Serves a class that was written for grpcio, as it is: a target for ``serve``, ``Server`` and the test clients.

    ::

        class Orders(shop_pb2_grpc.OrdersServicer):
            def AddUp(self, request_iterator, context):
                return shop_pb2.Total(value=sum(item.value for item in request_iterator))


        serve(servicer(Orders()))

    Its methods, their kinds and their messages are those that the generated ``add_OrdersServicer_to_server`` registers.
    ``async def`` methods run on the event loop, with the context of ``grpc.aio``; ``def`` methods in threads, with that
    of ``grpc``. A client stream is an iterator over messages that come while the method runs, as with grpcio.

    Args:
        instance: An instance of the class.
        service: For a class without a generated base: the generated ``add_…_to_server``, or the descriptor of the
            service, ``shop_pb2.DESCRIPTOR.services_by_name["Orders"]``. With a descriptor grpcio is not needed.
        buffered: Whether methods that take a stream and return one message run once it is complete, within the limits:
            the iterator then has all messages, a client that breaks off is not seen, and a call is much cheaper.
        **limits: The limits of all its methods, as in ``docs/reference/settings.md``. Default: the server's.
    """
    given = {name: value for name, value in limits.items() if value is not None}
    return Servicer(methods_of(instance, service), buffered=buffered, limits=checked(MethodLimits, given))


def _handler(method: Method, buffered: bool, limits: dict[str, Any]) -> tuple[Callable[..., Any], Declaration]:
    kind = _kind(method, buffered)
    described = _described(method.service)
    streams = kind in {Kind.SERVER_STREAMING, Kind.DUPLEX}
    asynchronous = runs_on_loop(method.function)
    handler = adapted(method.function, asynchronous=asynchronous, streams=streams, one=not method.gives_stream)
    declaration = Declaration(
        service=method.service,
        method=method.name,
        kind=kind,
        streams=streams,
        limits={**dict.fromkeys(options_of(MethodLimits)), **limits},
        typed=Typed(method.takes, method.gives(_decoder(described, method))),
        described=described,
        takes_live=True,
    )
    return handler, declaration


def _kind(method: Method, buffered: bool) -> Kind:
    if method.gives_stream:
        return Kind.DUPLEX if method.takes_stream else Kind.SERVER_STREAMING
    if not method.takes_stream:
        return Kind.UNARY
    return Kind.CLIENT_STREAMING if buffered else Kind.DUPLEX


def _described(name: str) -> Service | None:
    """The service, where a ``_pb2`` module has registered it."""
    pool: Any = sys.modules.get("google.protobuf.descriptor_pool")
    if pool is None:
        return None
    try:
        return service_of(pool.Default().FindServiceByName(name))
    except KeyError:
        return None


def _decoder(described: Service | None, method: Method) -> Coding | None:
    """What makes a response of its bytes, for the test clients."""
    messages: Any = sys.modules.get("google.protobuf.message_factory")
    if described is None or messages is None:
        return None
    gives = next((one.gives for one in described.methods if one.name == method.name), "")
    try:
        descriptor = described.file.pool.FindMessageTypeByName(gives)
    except KeyError:
        return None
    decode: Coding = messages.GetMessageClass(descriptor).FromString
    return decode


def _register_contexts() -> None:
    """Makes the contexts those of grpcio, for ``isinstance``, where it is loaded."""
    for module, context in (("grpc", BlockingContext), ("grpc.aio", AsyncContext)):
        base = getattr(sys.modules.get(module), "ServicerContext", None)
        if base is not None:
            base.register(context)
