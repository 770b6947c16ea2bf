"""Signals as bytes in a socket, which a selector can wait for."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterable
from types import FrameType

_WAKE = 0
"""No signal has this number."""


class Wakeup:
    """Takes over signals until it is closed. Readable when one has come."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        # Before the handlers: they do nothing, and a signal in between would be lost.
        self._descriptor = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _nothing) for number in numbers}

    def fileno(self) -> int:
        """For a selector."""
        return self._reader.fileno()

    def received(self) -> list[int]:
        """The signals that have come."""
        try:
            return [number for number in self._reader.recv(4096) if number != _WAKE]
        except BlockingIOError:
            return []

    def wake(self) -> None:
        """Ends the wait, from any thread."""
        with contextlib.suppress(OSError):
            self._writer.send(bytes((_WAKE,)))

    def close(self) -> None:
        """Gives the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._descriptor)
        self._reader.close()
        self._writer.close()


def _nothing(number: int, frame: FrameType | None) -> None:
    """Only the descriptor is needed."""
