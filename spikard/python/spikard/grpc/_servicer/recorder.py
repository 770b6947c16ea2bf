"""What ``add_…_to_server`` registers, without a server of grpcio's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spikard.grpc._servicer.method import Method


class Recorder:
    """Stands in for a server of grpcio's, and keeps the methods that it is given.

    Both of its functions are grpcio's own, and generated code calls both: the first in all versions, the second, which
    says the same again, from 1.63 on.
    """

    def __init__(self) -> None:
        self.methods: dict[str, Method] = {}

    def add_generic_rpc_handlers(self, handlers: Iterable[Any]) -> None:
        """Registers services."""
        for handler in handlers:
            self._add(methods_of(handler))

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        """Registers the methods of a service."""
        self._add([_method(service, name, handler) for name, handler in handlers.items()])

    def _add(self, methods: Iterable[Method]) -> None:
        for method in methods:
            self.methods[method.path] = method


def methods_of(handler: Any) -> list[Method]:
    """The methods of what ``grpc.method_handlers_generic_handler`` makes."""
    handlers = getattr(handler, "_method_handlers", None)
    if not isinstance(handlers, Mapping):
        raise TypeError(
            f"{handler!r} does not say which methods it handles, and a server needs to know them: make it with "
            f"grpc.method_handlers_generic_handler"
        )
    return [_of_path(path, found) for path, found in handlers.items()]


def _of_path(path: str, handler: Any) -> Method:
    service, _, name = path.lstrip("/").rpartition("/")
    return _method(service, name, handler)


def _method(service: str, name: str, handler: Any) -> Method:
    takes = "stream" if handler.request_streaming else "unary"
    gives = "stream" if handler.response_streaming else "unary"
    return Method(
        service,
        name,
        bool(handler.request_streaming),
        bool(handler.response_streaming),
        getattr(handler, f"{takes}_{gives}"),
        handler.request_deserializer,
        handler.response_serializer,
    )
