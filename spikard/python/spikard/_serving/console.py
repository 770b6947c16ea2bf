"""Prints to a standard output that may be closed, full, or without some letters."""

from __future__ import annotations

import contextlib
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
        # The reader has ended, as in `spikard serve … | head`. What Python has buffered goes to /dev/null: its flush at
        # exit would fail, and change the exit code.
        with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except OSError as error:  # such as a full disk
        logger.warning("cannot write to standard output: %s", error.strerror or error)
