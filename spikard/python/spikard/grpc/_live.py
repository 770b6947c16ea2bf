"""A call while its handler runs, as far as the context of a servicer needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from spikard.grpc._compression import Compression
    from spikard.grpc._metadata import Metadata


class Live(Protocol):
    """A call while its handler runs."""

    def is_cancelled(self) -> bool:
        """Whether nobody waits for the rest of the response."""
        ...

    def cancel(self) -> None:
        """Ends the call with CANCELLED."""

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Calls a function once when the call is given up while its handler runs, in another thread."""

    @property
    def streams(self) -> bool:
        """Whether the response is a stream."""
        ...

    def begin(self, metadata: Metadata) -> None:
        """Sends the initial metadata of a stream at once."""

    def compress(self, compression: Compression) -> None:
        """Compresses the messages of a stream."""

    async def write(self, message: Any) -> None:
        """Sends a message of a stream, from the event loop."""
