"""The method that ``@grpc_stream`` declares on a handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spikard.grpc._kind import Kind
from spikard.grpc._option_table import options_of
from spikard.grpc._options import MethodLimits

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


def declare(function: Any, declaration: Declaration) -> None:
    """Puts a declaration on a function."""
    setattr(function, _ATTRIBUTE, declaration)


def declared(function: Any) -> Declaration | None:
    """The declaration of a function; ``None`` where it has none of its own."""
    attributes = getattr(function, "__dict__", None)
    found = attributes.get(_ATTRIBUTE) if isinstance(attributes, dict) else None
    return found if isinstance(found, Declaration) else None
