"""Finds the handlers of the targets that a user names."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from spikard._runtime import names
from spikard._runtime.handler import Handler
from spikard._serving.compared import disagreements
from spikard._serving.left_out import left_out
from spikard.grpc._declaration import Declaration, declared, declared_methods, place_of
from spikard.grpc._layers import runs_on_loop
from spikard.grpc._servicer.found import is_servicer
from spikard.grpc._servicer.servicer import Servicer

logger = logging.getLogger("spikard")

NOTHING_TO_SERVE = 'there is nothing to serve: name a module with handlers, as in serve("batch_handler")'


@dataclass(frozen=True, slots=True)
class Route:
    """A method, and the handler of its calls."""

    declaration: Declaration
    handler: Handler
    place: str
    """The line of the handler, ``batch_handler.py:12``."""

    @property
    def path(self) -> str:
        """The path of a request, ``/service/method``."""
        return self.declaration.path


def find_routes(targets: Iterable[object]) -> list[Route]:
    """The routes of all targets, each handler once.

    Raises an ``ImportError`` for a module that cannot be imported, an ``AttributeError`` for a name that a module
    has not, a ``TypeError`` for what is no handler, and a ``ValueError`` for a method with two handlers. What a module
    declares and cannot be served is a warning in the log.
    """
    targets = list(targets)
    if not targets:
        raise ValueError(NOTHING_TO_SERVE)
    handlers: dict[tuple[int, int], tuple[Any, Declaration]] = {}
    for target in targets:
        for function, declaration in _of_target(target):
            # A bound method is a new object each time.
            key = (id(getattr(function, "__self__", None)), id(getattr(function, "__func__", function)))
            handlers.setdefault(key, (function, declaration))
    routes: dict[str, Route] = {}
    for function, declaration in handlers.values():
        handler = Handler(_name(function), function, runs_on_loop(function), declaration.typed, declaration.takes_live)
        route = Route(declaration, handler, place_of(function))
        first = routes.setdefault(route.path, route)
        if first is not route:
            raise ValueError(
                f"{route.path} has two handlers, {first.handler.name} ({first.place}) and {route.handler.name} "
                f'({route.place}): serve only one of them, or give one another method="…"'
            )
    _warn_of_what_is_left_out(targets, routes.values())
    for text in disagreements({route.handler.name: route.declaration for route in routes.values()}):
        logger.warning("%s", text)
    return list(routes.values())


def _warn_of_what_is_left_out(targets: Iterable[object], routes: Collection[Route]) -> None:
    paths = {route.path for route in routes}
    instances = [getattr(route.handler.function, "__self__", None) for route in routes]
    named = (names.find(target) if isinstance(target, str) else target for target in targets)
    for module in {id(found): found for found in named if isinstance(found, ModuleType)}.values():
        for text in left_out(module, paths, instances):
            logger.warning("%s", text)


def _of_target(target: object) -> Iterator[tuple[Any, Declaration]]:
    if isinstance(target, str):
        yield from _of_name(target)
    elif isinstance(target, ModuleType):
        yield from _of_module(target)
    else:
        yield from _of_object(target, repr(target))


def _of_name(name: str) -> Iterator[tuple[Any, Declaration]]:
    module_name, colon, path = name.partition(":")
    if "/" in module_name or module_name.endswith(".py"):
        folder, _, file = module_name.rpartition("/")
        if module_name.startswith("/") or ".." in folder.split("/"):
            module, place = file.removesuffix(".py"), f", and its folder, {folder or '/'}, in --app-dir or PYTHONPATH"
        else:
            module, place = module_name.removesuffix(".py").strip("./").replace("/", "."), ""
        raise ValueError(f'"{name}" is a file: write the name of its module, "{module}{colon}{path}"{place}')
    if not module_name or module_name.startswith(".") or (colon and not path):
        raise ValueError(f'"{name}" names no handlers: write "module" or "module:name"')
    found: Any = names.find(name)
    if path:
        yield from _of_object(found, f'"{name}"')
    else:
        yield from _of_module(found)


def _of_module(module: ModuleType) -> Iterator[tuple[Any, Declaration]]:
    found = False
    classes: list[str] = []
    servicers: list[str] = []
    for name, value in list(vars(module).items()):
        if inspect.isclass(value):
            if value.__module__ == module.__name__:
                if declared_methods(value):
                    classes.append(name)
                elif is_servicer(value):
                    servicers.append(name)
            continue
        for handler in _of_value(value):
            found = True
            yield handler
    if not found:
        hint = ""
        if classes:
            cls = classes[0]
            hint = f"; its class {cls} does, so make an instance of it: {cls.lower()} = {cls}(…)"
        elif servicers:
            cls = servicers[0]
            hint = f"; its class {cls} is one for grpcio, which is served as {cls.lower()} = servicer({cls}(…))"
        else:
            hint = "".join(f"; {text}" for text in left_out(module, (), ()))
        raise TypeError(
            f'the module "{module.__name__}" declares no handlers: put @grpc_stream(service="…") on its functions{hint}'
        )


def _of_object(value: Any, name: str) -> Iterator[tuple[Any, Declaration]]:
    if isinstance(value, ModuleType):
        yield from _of_module(value)
        return
    found = list(_of_value(value))
    if found:
        yield from found
        return
    kind: type = value if inspect.isclass(value) else type(value)
    if is_servicer(kind):
        raise TypeError(f"{name} was written for grpcio: write servicer({kind.__name__}(…))")
    if inspect.isclass(value):
        instance = f"{value.__name__}(…)"
        raise TypeError(f"{name} is a class, and handlers are served from an instance: make one, {instance}")
    if inspect.isroutine(value):
        raise TypeError(f'{name} is not declared as a handler: put @grpc_stream(service="package.Service") on it')
    raise TypeError(
        f"{name} declares no handlers: name a module, a function with @grpc_stream, or an instance of a class with "
        f"such methods"
    )


def _of_value(value: Any) -> Iterator[tuple[Any, Declaration]]:
    """The handlers of a value: itself, or its methods."""
    if inspect.isclass(value):
        return
    if isinstance(value, Servicer):
        yield from value.declarations.items()
        return
    declaration = declared(getattr(value, "__func__", value)) if inspect.isroutine(value) else None
    if declaration is not None:
        yield value, declaration
    elif not inspect.isroutine(value) and not isinstance(value, ModuleType):
        for name, declaration in declared_methods(type(value)).items():
            yield getattr(value, name), declaration


def _name(function: Any) -> str:
    return f"{function.__module__}:{function.__qualname__}"
