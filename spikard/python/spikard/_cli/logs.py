"""The logging of the command."""

from __future__ import annotations

import logging
import sys

from spikard._runtime.loggers import logger_of

_TRACE = 5


def set_up(level: str) -> None:
    """Sends spikard's own log to standard error; the user's program sets up its own."""
    logging.addLevelName(_TRACE, "TRACE")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s [%(process)d] %(name)s: %(message)s"))
    logger = logger_of("spikard")
    logger.addHandler(handler)
    logger.setLevel(_TRACE if level == "trace" else level.upper())
    logger.propagate = False
