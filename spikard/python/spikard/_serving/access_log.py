"""The access log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from spikard._runtime.loggers import logger_of

if TYPE_CHECKING:
    from spikard._spikard import EndedCall

logger = logger_of("spikard.access")

_FIELDS = (
    "peer",
    "method",
    "path",
    "code",
    "limit",
    "received_messages",
    "received_bytes",
    "sent_messages",
    "sent_bytes",
    "duration",
    "buffered",
    "queued",
    "handled",
)
_LINE = "%s %s %s, received %d (%d bytes), sent %d (%d bytes), %.1f ms: buffered %.1f, queued %.1f, handled %.1f%s"


def log_access(call: EndedCall) -> None:
    """Writes the line of a call. Its record has the values as well, in the attribute ``call``."""
    level = logging.DEBUG if call.standard else logging.INFO
    if not logger.isEnabledFor(level):
        return
    logger.log(
        level,
        _LINE,
        call.peer or "-",
        call.method if call.path is None else call.path,
        call.code,
        call.received_messages,
        call.received_bytes,
        call.sent_messages,
        call.sent_bytes,
        call.duration * 1e3,
        call.buffered * 1e3,
        call.queued * 1e3,
        call.handled * 1e3,
        "" if call.limit is None else f"; refused by {call.limit}",
        extra={"call": _values(call)},
    )


def _values(call: EndedCall) -> dict[str, Any]:
    values = {name: getattr(call, name) for name in _FIELDS}
    return {name: value for name, value in values.items() if value is not None}
