"""What ``@grpc_stream`` says of a handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spikard.grpc._kind import Kind

_ATTRIBUTE = "__grpc_stream__"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One method of one service, declared on a function."""

    service: str
    """The full name of the service, ``messageservice.MessageService``."""
    method: str
    """The name of the method, ``BatchCreate``."""
    kind: Kind
    max_messages: int | None = None
    max_message_bytes: int | None = None
    max_stream_bytes: int | None = None
    timeout: float | None = None
    """In seconds, as :attr:`idle_timeout`."""
    idle_timeout: float | None = None


def declare(function: Any, declaration: Declaration) -> None:
    """Puts a declaration on a function."""
    setattr(function, _ATTRIBUTE, declaration)


def declared(function: Any) -> Declaration | None:
    """The declaration of a function; ``None`` where it has none of its own."""
    attributes = getattr(function, "__dict__", None)
    found = attributes.get(_ATTRIBUTE) if isinstance(attributes, dict) else None
    return found if isinstance(found, Declaration) else None
