"""The descriptors for reflection: those that ``_pb2`` modules have registered."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable
from typing import Any

from spikard._serving.targets import Route

logger = logging.getLogger("spikard")


def descriptor_set(routes: Iterable[Route]) -> bytes:
    """The files of all services and of what they import, as a ``FileDescriptorSet``.

    A service that is unknown is listed all the same, and named in the log. Without protobuf, a ``ValueError``.
    """
    try:
        pool: Any = importlib.import_module("google.protobuf.descriptor_pool").Default()
        files: Any = importlib.import_module("google.protobuf.descriptor_pb2").FileDescriptorSet()
    except ImportError:
        raise ValueError(
            "reflection shows what protobuf's _pb2 modules say of the services, and protobuf is not installed: "
            "pip install protobuf"
        ) from None
    known: set[str] = set()
    handled_by = {route.declaration.service: route.handler.name for route in reversed(list(routes))}
    for service, handler in handled_by.items():
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
            _add(file, files, known)
    return bytes(files.SerializeToString())


def _add(file: Any, files: Any, known: set[str]) -> None:
    """Adds a file, after the files that it imports."""
    if file.name in known:
        return
    known.add(file.name)
    for imported in file.dependencies:
        _add(imported, files, known)
    files.file.add().ParseFromString(file.serialized_pb)
