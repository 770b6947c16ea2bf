"""Finds handlers that a module declares, and that are not served."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import Any

from spikard.grpc._declaration import Declared, declared, declared_in, place_of


def left_out(module: ModuleType, paths: Collection[str], instances: Collection[object]) -> Iterator[str]:
    """A text for each handler of a module whose path is not among those that are served, with the reason.

    `instances` are those whose methods are served.
    """
    for known in declared_in(module.__name__):
        if known.path in paths:
            continue
        reason = _reason(module, known, instances)
        if reason:
            name = f"{module.__name__}.{known.qualname}"
            yield f"{known.path} is not served: {name} ({known.place}) declares it, and {reason}"


def _reason(module: ModuleType, known: Declared, instances: Collection[object]) -> str:
    owner, _, name = known.qualname.rpartition(".")
    holder: Any = module
    for part in filter(None, owner.split(".")):
        holder = vars(holder).get(part)
        if not inspect.isclass(holder):
            return f"the module has no class {owner}"
    found = vars(holder).get(name)
    if found is None:
        return f"{owner or 'the module'} has no {name}"
    declaration = declared(getattr(found, "__func__", found))
    if declaration is None:
        return (
            "a decorator above @grpc_stream has put another object in its place: give the decorator functools.wraps, "
            "or write it below @grpc_stream"
        )
    if declaration.path != known.path:
        other = f"{declaration.path} ({place_of(found)})"
        return f"{name} is also the name of the handler of {other}: rename one of the two"
    if not owner or any(isinstance(instance, holder) for instance in instances) or inspect.isabstract(holder):
        return ""  # a subclass that is served has a handler of its own
    return f"no name of the module is an instance of {owner}: write {owner.rpartition('.')[2].lower()} = {owner}(…)"
