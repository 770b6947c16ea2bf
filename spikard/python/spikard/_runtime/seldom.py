"""Lines of the log that a client can cause: ten a second at most, and how many there were without one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_WINDOW = 1.0
_MOST = 10


class Seldom:
    """The lines of the last second, and what has not been told since."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._since: float | None = None
        self._told = 0
        self._untold = 0

    def tell(self) -> int | None:
        """The number of lines that were left out before this one; ``None`` to leave it out as well."""
        now = self._clock()
        with self._lock:
            if self._since is None or now >= self._since + _WINDOW:
                self._since = now
                self._told = 0
            if self._told == _MOST:
                self._untold += 1
                return None
            self._told += 1
            untold, self._untold = self._untold, 0
            return untold
