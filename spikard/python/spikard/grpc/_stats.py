"""What a server has done, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spikard.grpc._status import StatusCode


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often values were in ranges: of a time in seconds, of a size in bytes."""

    bounds: tuple[float, ...]
    """The upper bounds of the buckets, each a part of its bucket. What is above the last is in one bucket more."""
    counts: tuple[int, ...]
    """How many values each bucket has; one more than there are bounds."""
    sum: float
    """The sum of all values."""

    @property
    def count(self) -> int:
        """The number of values."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class StatusStats:
    """The calls of one method that ended with one status.

    The histograms are of the calls that were measured, and ``None`` where there were none.
    """

    code: StatusCode
    """The status. A call that its client gave up is ``CANCELLED``."""
    calls: int
    """The number of calls."""
    duration: Histogram | None
    """Their time, from the headers of the request to the end of the response, in seconds."""
    received_bytes: Histogram | None
    """The bytes of the messages that each received."""
    sent_bytes: Histogram | None
    """The bytes of the messages that each sent."""


@dataclass(frozen=True, slots=True)
class MethodStats:
    """What a server has done for one method. Messages and bytes are those of calls that have ended.

    Bytes are counted as they are on the wire: compressed, without prefixes and without what HTTP/2 adds. Times are
    those of the calls that were measured, in seconds.
    """

    method: str
    """``package.Service/Method``, or ``other`` for calls to paths that name no method."""
    started: int
    """The calls that were started: all whose headers have arrived. Those that no status counts are in flight."""
    statuses: tuple[StatusStats, ...]
    """The calls that have ended, by their status; those statuses that there were."""
    received_messages: int
    """The messages that clients sent."""
    received_bytes: int
    """The bytes of these."""
    sent_messages: int
    """The messages that were sent."""
    sent_bytes: int
    """The bytes of these."""
    buffered: float
    """The time that calls took to arrive, up to their half-close."""
    queued: float
    """The time that they then waited for the event loop or a thread."""
    handled: float
    """The time that their handlers then took."""
    refused: Mapping[str, int]
    """The calls that a limit refused, by the name of the option."""

    @property
    def ended(self) -> int:
        """The calls that have ended."""
        return sum(status.calls for status in self.statuses)


@dataclass(frozen=True, slots=True)
class ServerStats:
    """What a server has done since it started. With workers, each process has its own."""

    accepted_connections: int
    """The connections that were accepted."""
    open_connections: int
    """Those of them that are open."""
    buffered_bytes: int
    """The bytes that all calls have buffered now: what ``max_buffered_bytes`` bounds."""
    waiting_calls: int
    """The calls that wait for the event loop or a thread now: what ``max_waiting_calls`` bounds."""
    methods: tuple[MethodStats, ...]
    """The methods in the order of their names, and last ``other``; none before the server starts."""


def stats_of(native: Any) -> ServerStats:
    """What Rust gives, which is in the order of the fields."""
    accepted, opened, buffered, waiting, methods = native
    return ServerStats(accepted, opened, buffered, waiting, tuple(map(_method, methods)))


def _method(values: Any) -> MethodStats:
    name, started, statuses, *rest = values
    return MethodStats(name, started, tuple(map(_status, statuses)), *rest)


def _status(values: Any) -> StatusStats:
    code, calls, *histograms = values
    return StatusStats(StatusCode(code), calls, *map(_histogram, histograms))


def _histogram(values: Any) -> Histogram | None:
    if values is None:
        return None
    bounds, counts, total = values
    return Histogram(tuple(bounds), tuple(counts), total)
