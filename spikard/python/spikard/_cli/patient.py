"""A handler of the log that does not wait for whoever reads it."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import threading
from collections import deque
from typing import TextIO

_MOST_LINES = 1_000
_MOST_BYTES = 1 << 20
# What fits into a pipe that has room for anything (PIPE_BUF).
_AT_ONCE = 4096
# Seconds for what is left at the end of the process.
_ENDS_WITHIN = 0.25


class PatientHandler(logging.StreamHandler[TextIO]):
    """Writes to a stream while it takes what is written. Lines that it does not take wait, a bounded number of them.

    The event loop logs as well, and a pipe that nobody reads would hold it, with all calls.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._begin()
        # A child has no thread that writes, and the lock as another thread may hold it.
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._lost = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record, or has it wait."""
        try:
            descriptor = self.stream.fileno()
        except (OSError, ValueError, AttributeError):  # no file below it
            super().emit(record)
            return
        try:
            line = self._line(record)
        except Exception:
            self.handleError(record)
            return
        with self._changed:
            if not self._waiting and len(line) <= _AT_ONCE and _takes(descriptor):
                _write(descriptor, line)
            else:
                self._keep(line, descriptor)

    def flush(self) -> None:
        """Waits for the lines that wait, for a moment."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting, _ENDS_WITHIN)

    def _line(self, record: logging.LogRecord) -> bytes:
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        return (self.format(record) + self.terminator).encode(encoding, "backslashreplace")

    def _keep(self, line: bytes, descriptor: int) -> None:
        if len(self._waiting) >= _MOST_LINES or self._bytes + len(line) > _MOST_BYTES:
            self._lost += 1
            return
        self._waiting.append(line)
        self._bytes += len(line)
        self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(descriptor,), name="spikard-log", daemon=True)
            self._thread.start()

    def _run(self, descriptor: int) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                line = self._waiting[0]
            _write(descriptor, line)
            with self._changed:
                self._waiting.popleft()
                self._bytes -= len(line)
                if self._lost and not self._waiting:
                    text = f"lines of the log that were lost here: {self._lost}. They came faster than they were read"
                    self._lost = 0
                    record = logging.LogRecord("spikard", logging.WARNING, __file__, 0, text, None, None)
                    self._keep(self._line(record), descriptor)
                self._changed.notify_all()


def _takes(descriptor: int) -> bool:
    """Whether a line can be written at once."""
    ready = select.poll()
    ready.register(descriptor, select.POLLOUT)
    return bool(ready.poll(0))


def _write(descriptor: int, line: bytes) -> None:
    """Writes past Python's own buffer, whose lock a thread that waits would hold beyond the end of the process."""
    # A reader that has gone: there is nobody to tell.
    with contextlib.suppress(OSError):
        while line:
            try:
                line = line[os.write(descriptor, line) :]
            except BlockingIOError:
                select.select((), (descriptor,), ())
