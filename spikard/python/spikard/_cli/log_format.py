"""The lines of the command's log."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone
from typing import Any


class TextFormatter(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s [%(process)d] %(name)s: %(message)s")


class JsonFormatter(logging.Formatter):
    """An object a line. That of the access log has the values of the call."""

    def format(self, record: logging.LogRecord) -> str:
        """The object of a record."""
        values: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            values["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            values["stack"] = self.formatStack(record.stack_info)
        values |= getattr(record, "call", {})
        return json.dumps(values, ensure_ascii=False, default=str)
