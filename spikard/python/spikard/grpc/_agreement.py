"""Whether a handler agrees with the descriptor of its service."""

from __future__ import annotations

import difflib

from spikard.grpc._kind import Kind
from spikard.grpc._kind_of import SHAPES
from spikard.grpc._names import default_method_name
from spikard.grpc._service import Service, ServiceMethod
from spikard.grpc._typed import Typed


def method_of_function(service: Service, function: str) -> ServiceMethod:
    """The method that a function of this name handles: ``add_up`` is ``AddUp``, and ``get_url`` is ``GetURL``.

    A ``ValueError`` names the nearest one, where there is none.
    """
    name = default_method_name(function)
    letters = function.replace("_", "").lower()
    found = [method for method in service.methods if method.name == name]
    found = found or [method for method in service.methods if method.name.lower() == letters]
    if len(found) == 1:
        return found[0]
    raise ValueError(f'{_no_method(service, name)}; write method="…" for another name than the function\'s')


def method_named(service: Service, name: str) -> ServiceMethod:
    """The method of this name; a ``ValueError`` names the nearest one, where there is none."""
    for method in service.methods:
        if method.name == name:
            return method
    raise ValueError(_no_method(service, name))


def disagreement(service: Service, method: ServiceMethod, kind: Kind, typed: Typed | None) -> str | None:
    """What a handler and its method do not agree on, with both sides; ``None`` if they do.

    Messages are compared by their full names, where the handler's are known.
    """
    stated = f'{service.name} has "{method}" in its .proto'
    if kind not in method.kinds:
        request, response = next((takes, gives) for one, takes, gives in SHAPES if one is method.kinds[0])
        return (
            f"{stated}, which is {' or '.join(map(str, method.kinds))}, and this handler is {kind}: annotate it as "
            f"{request.__name__}[…] -> {response.__name__}[…]"
        )
    if typed is None:
        return None
    for word, expected, codec in (("takes", method.takes, typed.takes), ("gives", method.gives, typed.gives)):
        if codec is not None and codec.name not in {expected, ""}:
            return f"{stated}, and this handler {word} {codec.name}: annotate it with the class of {expected}"
    return None


def _no_method(service: Service, name: str) -> str:
    names = [method.name for method in service.methods]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f': did you mean "{near[0]}"?' if near else ":"
    return f'{service.name} has no method "{name}" in its .proto{hint} it has {", ".join(names) or "none"}'
