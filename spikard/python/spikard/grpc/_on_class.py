"""A class becomes a service: each of its public methods is the handler of a method."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from spikard.grpc._declaration import Declaration, declare, declared, declared_methods
from spikard.grpc._names import service_name
from spikard.grpc._on_function import Given, compare, declare_function, limits_of, middleware_of, mistakes_on
from spikard.grpc._service import Service

_ONE_METHOD = "a class has several methods: put @grpc_stream(service=…, {option}) on the one meant, in the class"


def declare_class(cls: type, given: Given, *, complete: bool) -> None:
    """Declares the public methods of a class as handlers; with `complete`, no method of the service may be left.

    A ``TypeError`` or ``ValueError`` names the class, or the method, and what is wrong with it.
    """
    with mistakes_on(cls):
        described = _checked(given, complete=complete)
        functions, before = _public(cls), declared_methods(cls)
        if not functions and not before:
            raise TypeError("it has no public methods, which would be the handlers: write a def or an async def in it")
    name = given.service if described is None else described.name
    given = replace(given, service=name if described is None else described)
    for attribute, function in functions.items():
        own, overridden = declared(function), before.get(attribute)
        if own is not None:
            with mistakes_on(function):
                declare(function, _within(own, name, given))
        elif overridden is not None and overridden.service == name:
            _declare(attribute, function, replace(given, method=overridden.method))
        else:
            _declare(attribute, function, given)
    if described is not None:
        _check_inherited(cls, described)
    if described is not None and complete:
        with mistakes_on(cls):
            _check_complete(described, declared_methods(cls).values())


def _checked(given: Given, *, complete: bool) -> Service | None:
    """The service, where it is known."""
    for option, value in (("method", given.method), ("kind", given.kind)):
        if value is not None:
            raise TypeError(_ONE_METHOD.format(option=f"{option}={value!r}"))
    described = given.described()
    if described is None:
        name = service_name(given.service).rpartition(".")[2]
        if complete:
            raise TypeError(
                f'complete=True needs the descriptor of the service, and "{given.service}" is its name: write '
                f'service=….DESCRIPTOR.services_by_name["{name}"], of the _pb2 module'
            )
    limits_of(given)
    middleware_of(given)
    return described


def _public(cls: type) -> dict[str, Any]:
    """The functions of the body of a class, by name, that are not private."""
    values = {name: getattr(value, "__func__", value) for name, value in vars(cls).items() if name[:1] != "_"}
    return {name: value for name, value in values.items() if inspect.isfunction(value)}


def _declare(name: str, function: Any, given: Given) -> None:
    try:
        declare_function(function, given, name)
    except (TypeError, ValueError) as error:
        text = f"{error}. A method that is no handler has a name that begins with _"
        raise type(error)(text) from error.__cause__


def _within(own: Declaration, service: str, given: Given) -> Declaration:
    """The declaration of a method with its own decorator, in a class with one."""
    if own.service != service:
        raise TypeError(f"it is declared for {own.service}, and its class for {service}: a class is one service")
    limits = {name: value if own.limits[name] is None else own.limits[name] for name, value in limits_of(given).items()}
    middleware = (*middleware_of(given), *own.middleware)
    described = given.described() or own.described
    declaration = replace(own, limits=limits, middleware=middleware, described=described)
    compare(declaration)
    return declaration


def _check_inherited(cls: type, service: Service) -> None:
    """Compares what other classes have declared for the service, perhaps by its name."""
    for name, declaration in declared_methods(cls).items():
        if declaration.service == service.name and name not in vars(cls):
            with mistakes_on(getattr(cls, name)):
                compare(replace(declaration, described=service))


def _check_complete(service: Service, declarations: Iterable[Declaration]) -> None:
    handled = {one.method for one in declarations if one.service == service.name}
    missing = [f'"{method}"' for method in service.methods if method.name not in handled]
    if missing:
        raise TypeError(
            f"{service.name} has methods in its .proto that the class does not handle: {', '.join(missing)}; write a "
            f"handler for each, or leave complete=True out if others handle them"
        )
