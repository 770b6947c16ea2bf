"""A function becomes the handler of a method."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spikard.grpc._agreement import disagreement, method_named, method_of_function
from spikard.grpc._around import Middleware
from spikard.grpc._declaration import Declaration, declare, declared
from spikard.grpc._kind import Kind
from spikard.grpc._kind_of import kind_of
from spikard.grpc._names import default_method_name, method_name, service_name
from spikard.grpc._option_table import checked, options_of
from spikard.grpc._options import MethodLimits
from spikard.grpc._service import Service, service_of
from spikard.grpc._typed_of import typed_of


@dataclass(frozen=True, slots=True)
class Given:
    """What the decorator was given, not checked yet."""

    service: Any
    """A name, a descriptor, or what was read of one."""
    method: str | None = None
    kind: Any = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    """Those that are set; `max_bytes` is a short name of `max_stream_bytes`."""
    middleware: Any = ()

    def described(self) -> Service | None:
        """The service, if it was given as its descriptor."""
        if self.service is None or isinstance(self.service, str):
            return None
        return self.service if isinstance(self.service, Service) else service_of(self.service)


def declare_function(function: Any, given: Given, name: str | None = None) -> None:
    """Declares a function as the handler of a method, which is named after the function, or its `name` in a class.

    A ``TypeError`` or ``ValueError`` names the function, and what is wrong with it; an ``ImportError`` what it needs.
    """
    with mistakes_on(function):
        _check(function)
        described = given.described()
        found, streams, annotations = kind_of(function, None if given.kind is None else _kind(given.kind))
        method = _method(described, function.__name__ if name is None else name, given.method)
        declaration = Declaration(
            service=service_name(given.service if described is None else described.name),
            method=method,
            kind=found,
            streams=streams,
            limits=limits_of(given),
            typed=typed_of(annotations, None if described is None else method_named(described, method)),
            middleware=middleware_of(given),
            described=described,
        )
        compare(declaration)
    declare(function, declaration)


def limits_of(given: Given) -> dict[str, Any]:
    """The limits, in their units; ``None`` for those that are left to the server."""
    limits = dict(given.limits)
    if "max_bytes" in limits:
        if "max_stream_bytes" in limits:
            raise TypeError("max_bytes is a short name of max_stream_bytes: give only one of the two")
        limits["max_stream_bytes"] = limits.pop("max_bytes")
    return {**dict.fromkeys(options_of(MethodLimits)), **checked(MethodLimits, limits)}


def middleware_of(given: Given) -> tuple[Middleware, ...]:
    """The functions around the handler; what each is, is checked when the server is made."""
    middleware = given.middleware
    if isinstance(middleware, str) or not isinstance(middleware, Sequence):
        shown = getattr(middleware, "__name__", repr(middleware))
        raise TypeError(f"middleware must be a list of functions, outermost first: write middleware=[{shown}]")
    return tuple(middleware)


@contextlib.contextmanager
def mistakes_on(decorated: Any) -> Generator[None]:
    """Names what is decorated in the mistakes that are found in it."""
    try:
        yield
    except (TypeError, ValueError, ImportError) as error:
        raise type(error)(f"@grpc_stream on {_named(decorated)}: {error}") from error.__cause__


def _method(described: Service | None, function: str, given: str | None) -> str:
    """The name of the method."""
    if given is not None:
        return method_name(given)
    return default_method_name(function) if described is None else method_of_function(described, function).name


def compare(declaration: Declaration) -> None:
    """Compares a declaration with its service, where that is known.

    A ``TypeError`` or ``ValueError`` has both sides.
    """
    described = declaration.described
    if described is not None:
        method = method_named(described, declaration.method)
        wrong = disagreement(described, method, declaration.kind, declaration.typed)
        if wrong is not None:
            raise TypeError(wrong)


def _check(function: Any) -> None:
    if isinstance(function, (staticmethod, classmethod)):
        word = type(function).__name__
        raise TypeError(f"write @grpc_stream below @{word}, next to the function")
    if not inspect.isfunction(function):
        raise TypeError(
            f"it is put on a function or a class, not on {type(function).__name__}: write a def or an async def"
        )
    if declared(function) is not None:
        raise TypeError("it has a @grpc_stream already: a function handles one method")


def _kind(kind: object) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        known = ", ".join(f'"{one.value}"' for one in Kind)
        raise ValueError(f"kind={kind!r} is not a kind of RPC: it is one of {known}") from None


def _named(decorated: Any) -> str:
    inner = getattr(decorated, "__func__", decorated)
    name = getattr(inner, "__qualname__", None)
    return f"{inner.__module__}.{name}" if name else repr(decorated)
