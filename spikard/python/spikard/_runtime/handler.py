"""A handler, and where it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spikard.grpc._layout import Layout
from spikard.grpc._live import Live
from spikard.grpc._typed import Typed


@dataclass(frozen=True, slots=True)
class Handler:
    """A callable that answers requests, and where it runs."""

    name: str
    """Its name in logs and errors, ``module:callable``."""
    function: Callable[..., Any]
    on_loop: bool
    """Whether it runs on the event loop; else in a thread of the pool."""
    typed: Typed | None = None
    """The messages that it takes and gives; ``None`` where both are ``bytes``."""
    takes_live: bool = False
    """Whether it takes the live call as well, for the context of a servicer."""

    @property
    def layout(self) -> Layout:
        """The form in which it takes the messages of a buffered stream."""
        return "list" if self.typed is None else self.typed.layout

    def run(self, held: list[Any], live: Live | None = None) -> Any:
        """Calls the function with the request in a list, which it leaves: no frame below the handler keeps it."""
        if self.typed is not None:
            self.typed.decode(held[0])
        return self.function(held.pop()) if live is None else self.function(held.pop(), live)
