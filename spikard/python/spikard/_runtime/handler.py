"""A handler, and where it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spikard.grpc._codec import Codec
from spikard.grpc._layout import Layout
from spikard.grpc._live import Live
from spikard.grpc._memory import Memory, memory_of
from spikard.grpc._status_of import Table
from spikard.grpc._typed import Typed

if TYPE_CHECKING:
    from spikard._spikard import InboundCall


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
    exceptions: Table | None = None
    """The statuses of exceptions; ``None`` for the table of the process."""
    yields: bool = False
    """Whether it is a generator with middleware around it, which returns its stream as a response: the initial metadata
    wait for the first message all the same."""

    @property
    def layout(self) -> Layout:
        """The form in which it takes the messages of a buffered stream."""
        return "list" if self.typed is None else self.typed.layout

    @property
    def memory(self) -> Memory | None:
        """What the messages that it takes decoded take in memory."""
        takes = None if self.typed is None else self.typed.takes
        # Columns are counted by their bytes.
        return memory_of(takes) if isinstance(takes, Codec) else None

    def run(self, call: InboundCall, held: list[Any], live: Live | None = None) -> Any:
        """Calls the function with the request in a list, which it leaves: no frame below the handler keeps it."""
        if self.typed is not None:
            self.typed.decode(held[0], call.undecodable_code)
        return self.function(held.pop()) if live is None else self.function(held.pop(), live)
