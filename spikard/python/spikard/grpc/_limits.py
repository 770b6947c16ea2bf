"""The limits that a handler may want to know."""

from __future__ import annotations

from typing import Final

MAX_STREAM_MESSAGES: Final = 10_000
"""The messages that one stream may have by default."""
