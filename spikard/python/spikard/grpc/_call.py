"""What the server knows of a call besides its messages."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """What the server knows of one call. ``Call()`` knows nothing, which is what a test wants."""

    peer: str | None = None
    """The client's address, ``"127.0.0.1:50412"`` or ``"[::1]:50412"``; ``None`` where the server does not know it."""

    deadline: float | None = None
    """When the call must be answered, in seconds of :func:`time.monotonic`; ``None`` without a deadline."""

    compressed: frozenset[int] = frozenset()
    """The indices of the client's messages that were compressed on the wire; of a stream as it comes, none."""

    def was_compressed(self, index: int = 0) -> bool:
        """Whether the message at ``index`` was compressed on the wire."""
        return index in self.compressed

    def time_remaining(self) -> float | None:
        """The seconds left until the deadline, 0.0 when it has passed, ``None`` without a deadline."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - time.monotonic())
