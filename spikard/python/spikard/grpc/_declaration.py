"""The method that ``@grpc_stream`` declares on a handler."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spikard.grpc._around import Middleware
from spikard.grpc._kind import Kind
from spikard.grpc._option_table import options_of
from spikard.grpc._options import MethodLimits
from spikard.grpc._service import Service
from spikard.grpc._typed import Typed

_ATTRIBUTE = "__grpc_stream__"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One method of one service, declared on a function."""

    service: str
    """The full name of the service, ``messageservice.MessageService``."""
    method: str
    """The name of the method, ``BatchCreate``."""
    kind: Kind
    streams: bool = False
    """Whether the response is a stream that is not buffered."""
    limits: Mapping[str, float | None] = field(default_factory=lambda: dict.fromkeys(options_of(MethodLimits)))
    """The limits of the method, by name and in their units; ``None`` for the server's."""
    typed: Typed | None = None
    """The messages that the handler takes and gives; ``None`` where both are ``bytes``."""
    middleware: tuple[Middleware, ...] = ()
    """What is around the handler, outermost first, within that of the server and of the instance."""
    described: Service | None = None
    """The service, where it was given as its descriptor."""
    takes_live: bool = False
    """Whether the handler takes the live call as well, for the context of a servicer."""

    @property
    def path(self) -> str:
        """The path of a request, ``/service/method``."""
        return f"/{self.service}/{self.method}"


@dataclass(frozen=True, slots=True)
class Declared:
    """A function that was declared, whatever has become of it."""

    qualname: str
    place: str
    """Its line, ``batch_handler.py:12``."""
    path: str


# By module. Strings alone: a function that is gone is not kept, and a module that is loaded anew declares the same.
_DECLARED: dict[str, dict[Declared, None]] = {}


def declare(function: Any, declaration: Declaration) -> None:
    """Puts a declaration on a function."""
    setattr(function, _ATTRIBUTE, declaration)
    if "<locals>" not in function.__qualname__:
        known = Declared(function.__qualname__, place_of(function), declaration.path)
        _DECLARED.setdefault(function.__module__, {})[known] = None


def declared_in(module: str) -> list[Declared]:
    """What was declared at the top level of a module, or in its classes."""
    return list(_DECLARED.get(module, ()))


def declared_methods(cls: type) -> dict[str, Declaration]:
    """The declared methods of a class, by name; an override keeps the declaration of its base."""
    found: dict[str, Declaration] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            declaration = declared(getattr(value, "__func__", value))
            if declaration is not None:
                found[name] = declaration
    return found


def place_of(function: Any) -> str:
    """The line of a function, ``batch_handler.py:12``."""
    code = getattr(inspect.unwrap(getattr(function, "__func__", function)), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else "?"


def declared(function: Any) -> Declaration | None:
    """The declaration of a function; ``None`` where it has none of its own."""
    attributes = getattr(function, "__dict__", None)
    found = attributes.get(_ATTRIBUTE) if isinstance(attributes, dict) else None
    return found if isinstance(found, Declaration) else None
