"""Finds the methods of a servicer, their kinds and their messages."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from typing import Any

from spikard.grpc._service import ServiceDescriptor, service_of
from spikard.grpc._servicer.method import Method
from spikard.grpc._servicer.recorder import Recorder

_SERVICE = (
    'service=shop_pb2_grpc.add_OrdersServicer_to_server, or service=shop_pb2.DESCRIPTOR.services_by_name["Orders"]'
)

AddToServer = Callable[[Any, Any], object]
"""What ``grpc_tools`` generates beside a servicer, ``add_OrdersServicer_to_server``."""


def methods_of(servicer: Any, service: ServiceDescriptor | AddToServer | None) -> list[Method]:
    """The methods of a servicer; a ``TypeError`` says why there are none.

    Generated code knows best: it names each method, its kind and its messages, whatever the class calls itself.
    """
    if inspect.isclass(servicer):
        raise TypeError(f"servicer takes an instance: write servicer({servicer.__name__}(…))")
    if service is None:
        adders = _generated(type(servicer))
        if not adders:
            raise TypeError(_unknown(servicer))
    elif inspect.isroutine(service):
        adders = [service]
    elif isinstance(service, str):
        raise TypeError(f'servicer takes a service as it was generated, not as its name "{service}": {_SERVICE}')
    else:
        if not hasattr(service, "methods"):
            raise TypeError(f"servicer takes a service as it was generated, not {service!r}: {_SERVICE}")
        return _described(servicer, service)
    recorder = Recorder()
    for add in adders:
        add(servicer, recorder)
    if not recorder.methods:
        raise TypeError(f"{_name(servicer)} has no methods of a service")
    return list(recorder.methods.values())


def is_servicer(cls: type) -> bool:
    """Whether a class has a base that was generated for grpcio."""
    return bool(_generated(cls))


def _generated(cls: type) -> list[AddToServer]:
    """The ``add_…_to_server`` of the generated bases of a class, once each."""
    found: dict[int, AddToServer] = {}
    for base in cls.__mro__:
        module = sys.modules.get(base.__module__)
        add: Any = getattr(module, f"add_{base.__name__}_to_server", None)
        if callable(add):
            found[id(add)] = add
    return list(found.values())


def _described(servicer: Any, descriptor: Any) -> list[Method]:
    """The methods that a servicer has of a service of a ``_pb2`` module; grpcio is not needed."""
    service = service_of(descriptor)
    try:
        factory: Any = importlib.import_module("google.protobuf.message_factory")
        classes = {method.name: (method.input_type, method.output_type) for method in descriptor.methods}
    except (ImportError, AttributeError):
        raise TypeError(
            f"servicer takes the descriptor of a _pb2 module of protobuf's, and {descriptor!r} is none"
        ) from None
    methods: list[Method] = []
    for method in service.methods:
        function = getattr(servicer, method.name, None)
        if function is not None:
            takes, gives = (factory.GetMessageClass(message) for message in classes[method.name])
            methods.append(
                Method(
                    service.name,
                    method.name,
                    method.takes_stream,
                    method.gives_stream,
                    function,
                    takes.FromString,
                    gives.SerializeToString,
                )
            )
    if not methods:
        known = ", ".join(method.name for method in service.methods)
        raise TypeError(f"{_name(servicer)} has none of the methods of {service.name}: {known}")
    return methods


def _unknown(servicer: Any) -> str:
    name = _name(servicer)
    return (
        f"{name} has no base that grpc_tools generated, such as shop_pb2_grpc.OrdersServicer, which says what methods "
        f"it has: give it one, or give servicer({name}(…), …) what says so: {_SERVICE}"
    )


def _name(servicer: Any) -> str:
    return type(servicer).__name__
