"""The descriptors for reflection: of handlers that have one, and those that ``_pb2`` modules have registered."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable
from typing import Any

from spikard._serving.targets import Route
from spikard.grpc._service import add_files
from spikard.grpc._wire import repeated

logger = logging.getLogger("spikard")


def descriptor_set(routes: Iterable[Route]) -> bytes:
    """The files of all services and of what they import, as a ``FileDescriptorSet``.

    A service that is unknown is listed all the same, and named in the log. Without protobuf, a ``ValueError`` for a
    service that was given as its name.
    """
    files: dict[str, bytes] = {}
    named: dict[str, str] = {}
    described: set[str] = set()
    for route in reversed(list(routes)):
        service = route.declaration.described
        if service is None:
            named[route.declaration.service] = route.handler.name
        else:
            described.add(service.name)
            add_files(service.file, files)
    for name, handler in named.items():
        if name not in described:
            _add_registered(name, handler, files)
    return repeated(1, files.values())


def _add_registered(service: str, handler: str, files: dict[str, bytes]) -> None:
    try:
        pool: Any = importlib.import_module("google.protobuf.descriptor_pool").Default()
    except ImportError:
        raise ValueError(
            "reflection shows what protobuf's _pb2 modules say of the services, and protobuf is not installed: "
            "pip install protobuf"
        ) from None
    try:
        file = pool.FindFileContainingSymbol(service)
    except KeyError:
        logger.warning(
            "reflection lists %s, which %s handles, and cannot show its methods: no imported _pb2 module defines "
            "it; import the module that protoc made of its .proto",
            service,
            handler,
        )
    else:
        add_files(file, files)
