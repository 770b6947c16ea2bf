"""A bridge and calls of Python's own, for tests of what runs handlers."""

from __future__ import annotations

import socket
from typing import Any


class FakeCall:
    """A call that keeps its answer."""

    def __init__(self, cancelled: bool = False) -> None:
        self.cancelled = cancelled
        self.streams = False
        self.undecodable_code = 3
        self.answers: list[Any] = []

    def finish(self, response: Any) -> None:
        self.answers.append(response)

    def fail(
        self, code: int, message: str, details: bytes, metadata: list[tuple[str, object]] | None
    ) -> list[Exception]:
        self.answers.append((code, message))
        return []

    def is_cancelled(self) -> bool:
        return self.cancelled


class FakeBridge:
    """A bridge whose batches come from the test."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self.bursts: list[tuple[list[Any], Any, Any, Any, bool]] = []

    def fileno(self) -> int:
        return self._reader.fileno()

    def burst(
        self, calls: Any = (), cancels: Any = (), wakes: Any = (), lookups: Any = (), closed: bool = False
    ) -> None:
        self.bursts.append((list(calls), cancels, wakes, lookups, closed))
        self._writer.send(b"\0")

    def drain(self) -> tuple[list[Any], Any, Any, Any, bool]:
        self._reader.recv(1)
        return self.bursts.pop(0)

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


class Request:
    """A request that says when it is freed."""
