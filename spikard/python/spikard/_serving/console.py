"""Standard output, which may be closed or full without an end to the server."""

from __future__ import annotations

import contextlib
import logging
import os
import sys

logger = logging.getLogger("spikard")


def say(text: str) -> None:
    """Prints; a failure is logged, and does not end what prints."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Who read has gone, as in `spikard serve … | tee log`. What Python still holds for it goes nowhere, or else the
        # exit code would be that of the failure.
        with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except OSError as error:  # a disk that is full
        logger.warning("cannot write to standard output: %s", error.strerror or error)
