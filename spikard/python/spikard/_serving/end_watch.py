"""Tells of calls that have ended: the access log, and OpenTelemetry's metrics."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from spikard._runtime.loggers import logger_of
from spikard._serving.access_log import log_access
from spikard._serving.settings import Settings

if TYPE_CHECKING:
    from spikard._spikard import EndedCall, EndedCalls
    from spikard._spikard import Server as NativeServer

logger = logger_of("spikard")

# Seconds for what is left to be told when the server has ended.
_ENDS_WITHIN = 0.25


class EndWatch:
    """A thread that fetches the calls in batches. What they are told to may be slow, and holds no call."""

    def __init__(
        self, ended: EndedCalls, told: list[Callable[[EndedCall], None]], on_end: list[Callable[[], None]]
    ) -> None:
        self._ended = ended
        self._told = told
        self._on_end = on_end
        self._thread = threading.Thread(target=self._run, name="spikard-ended-calls", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Waits for what is left, for a moment: the server has been closed."""
        self._thread.join(_ENDS_WITHIN)

    def _run(self) -> None:
        while (taken := self._ended.take()) is not None:
            calls, lost = taken
            for call in calls:
                for tell in self._told:
                    # Such as a handler of the log that raises.
                    with contextlib.suppress(Exception):
                        tell(call)
            if lost:
                logger.warning(
                    "calls that have ended and are missing in the access log and in OpenTelemetry's metrics: %d. They "
                    "came faster than they were written, and no more than 10,000 wait",
                    lost,
                )
        for end in self._on_end:
            end()


def watch(native: NativeServer, settings: Settings) -> EndWatch | None:
    """Begins to tell of the calls of a server, where its settings ask for it."""
    ended = native.ended_calls
    if ended is None:
        return None
    told: list[Callable[[EndedCall], None]] = []
    if settings.access_log:
        told.append(log_access)
    on_end: list[Callable[[], None]] = []
    if settings.otel:
        from spikard._serving.otel import Metrics, warn_without_providers

        warn_without_providers()
        metrics = Metrics(native)
        told.append(metrics)
        on_end.append(metrics.close)
    return EndWatch(ended, told, on_end)
