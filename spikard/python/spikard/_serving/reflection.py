"""The descriptors for reflection: those that ``_pb2`` modules have registered."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from spikard._serving.targets import Route


def descriptor_set(routes: Iterable[Route]) -> bytes:
    """The files of all services and of what they import, as a ``FileDescriptorSet``.

    Raises a ``ValueError`` that says which service is unknown.
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
    for route in routes:
        service = route.declaration.service
        try:
            file = pool.FindFileContainingSymbol(service)
        except KeyError:
            raise ValueError(
                f"reflection cannot show {service}, which {route.handler.name} handles: no imported _pb2 module "
                f"defines it; import the module that protoc made of its .proto, or leave reflection out"
            ) from None
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
