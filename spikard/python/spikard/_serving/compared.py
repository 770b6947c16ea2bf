"""Compares handlers with the ``_pb2`` modules that are loaded, where they were not given a descriptor."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from spikard.grpc._agreement import disagreement, method_named
from spikard.grpc._declaration import Declaration
from spikard.grpc._service import Service, service_of


def disagreements(declarations: dict[str, Declaration]) -> Iterator[str]:
    """A text for each handler, by its name, that does not fit a service that a loaded module registers."""
    # Not imported: a program that has no such module needs no protobuf.
    pool_module: Any = sys.modules.get("google.protobuf.descriptor_pool")
    if pool_module is None:
        return
    pool = pool_module.Default()
    for handler, declaration in declarations.items():
        service = _registered(pool, declaration.service)
        if declaration.described is None and service is not None:
            wrong = _wrong(service, declaration)
            if wrong is not None:
                name = service.name.rpartition(".")[2]
                yield (
                    f"{handler}: {wrong}. The _pb2 module that is loaded says so: give its descriptor to the "
                    f'decorator, service=….DESCRIPTOR.services_by_name["{name}"], and it is an error at import'
                )


def _registered(pool: Any, name: str) -> Service | None:
    try:
        return service_of(pool.FindServiceByName(name))
    except KeyError:
        return None


def _wrong(service: Service, declaration: Declaration) -> str | None:
    try:
        method = method_named(service, declaration.method)
    except ValueError as error:
        return str(error)
    return disagreement(service, method, declaration.kind, declaration.typed)
