"""Prints to a standard output that may be closed, full, or without some letters."""

from __future__ import annotations

import atexit
import contextlib
import functools
import logging
import os
import sys

logger = logging.getLogger("spikard")


def say(text: str) -> None:
    """Prints a text; a failure is logged, not raised. A letter that the encoding has not is escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        # The reader has ended, as in `spikard serve … | head`.
        _give_up()
    except OSError as error:  # such as a full disk, which may have room again
        logger.warning("cannot write to standard output: %s", error.strerror or error)
        _give_up_at_exit()


def _give_up() -> None:
    """Lets what Python has buffered go to /dev/null: its flush at exit would fail, and change the exit code."""
    with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


@functools.cache
def _give_up_at_exit() -> None:
    atexit.register(_finish)


def _finish() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _give_up()
