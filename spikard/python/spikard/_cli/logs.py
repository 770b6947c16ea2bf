"""The log of the command."""

from __future__ import annotations

import logging
import sys

_TRACE = 5


def set_up(level: str) -> None:
    """Sends spikard's own log to standard error; that of the user's program is the program's matter."""
    logging.addLevelName(_TRACE, "TRACE")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s [%(process)d] %(name)s: %(message)s"))
    logger = logging.getLogger("spikard")
    logger.addHandler(handler)
    logger.setLevel(_TRACE if level == "trace" else level.upper())
    logger.propagate = False
