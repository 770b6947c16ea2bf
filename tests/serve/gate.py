"""Blocks another process until the test releases it."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

from processes import WAIT

if TYPE_CHECKING:
    from typing_extensions import Self


class Gate:
    """A Unix socket: a process connects to it, and waits until the connection is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._listening.settimeout(WAIT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._listening.close()
        self._path.unlink()

    def arrival(self) -> socket.socket:
        """Wait until a process has connected; closing the connection releases it."""
        return self._listening.accept()[0]
