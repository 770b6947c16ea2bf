"""The default limit that a handler may want to know."""

from __future__ import annotations

from typing import Final

MAX_STREAM_MESSAGES: Final = 10_000
"""Messages in one request stream: the default of ``max_messages``."""
