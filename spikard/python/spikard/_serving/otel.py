"""OpenTelemetry's metrics of servers, as gRFC A66 names them."""

from __future__ import annotations

import functools
import logging
import threading
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, Observation

from spikard._native import version

if TYPE_CHECKING:
    from spikard._spikard import EndedCall
    from spikard._spikard import Server as NativeServer

logger = logging.getLogger("spikard")


class Metrics:
    """Records the calls of one server with the global meter provider."""

    def __init__(self, native: NativeServer) -> None:
        ended = native.ended_calls
        seconds, sizes = ((), ()) if ended is None else ended.bounds
        self._instruments = _instruments(tuple(seconds), tuple(sizes))
        self._native = native
        self._instruments.add(native)

    def __call__(self, call: EndedCall) -> None:
        """Records a call that has ended."""
        attributes = {"grpc.method": call.method, "grpc.status": call.code}
        self._instruments.sent.record(call.sent_bytes, attributes)
        self._instruments.received.record(call.received_bytes, attributes)
        self._instruments.duration.record(call.duration, attributes)

    def close(self) -> None:
        """The server has ended. What it has counted stays."""
        self._instruments.remove(self._native)


class _Instruments:
    """Those of the process: an instrument can be made once."""

    def __init__(self, seconds: tuple[float, ...], sizes: tuple[float, ...]) -> None:
        self._lock = threading.Lock()
        self._running: list[NativeServer] = []
        self._ended: Counter[str] = Counter()
        meter = metrics.get_meter("spikard", version())
        self.duration = meter.create_histogram(
            "grpc.server.call.duration",
            "s",
            "The time from the headers of the request to the end of the response",
            explicit_bucket_boundaries_advisory=seconds,
        )
        self.sent = meter.create_histogram(
            "grpc.server.call.sent_total_compressed_message_size",
            "By",
            "The bytes of the messages that each call sent, as they are on the wire",
            explicit_bucket_boundaries_advisory=sizes,
        )
        self.received = meter.create_histogram(
            "grpc.server.call.rcvd_total_compressed_message_size",
            "By",
            "The bytes of the messages that each call received, as they are on the wire",
            explicit_bucket_boundaries_advisory=sizes,
        )
        # Rust counts them: nothing of Python's runs when a call begins.
        meter.create_observable_counter(
            "grpc.server.call.started", [self._started], "{call}", "The number of calls that were started"
        )

    def add(self, native: NativeServer) -> None:
        """Counts the calls of a server."""
        with self._lock:
            self._running.append(native)

    def remove(self, native: NativeServer) -> None:
        """Keeps what was counted, and lets go of the server."""
        with self._lock:
            if native in self._running:
                self._running.remove(native)
                self._ended.update(_started_of(native))

    def _started(self, _: CallbackOptions) -> Iterable[Observation]:
        with self._lock:
            total = Counter(self._ended)
            for native in self._running:
                total.update(_started_of(native))
        return [Observation(calls, {"grpc.method": method}) for method, calls in total.items()]


def _started_of(native: NativeServer) -> Counter[str]:
    *_, methods = native.stats
    return Counter({name: started for name, started, *_ in methods if started})


@functools.cache
def _instruments(seconds: tuple[float, ...], sizes: tuple[float, ...]) -> _Instruments:
    return _Instruments(seconds, sizes)


def warn_without_providers() -> None:
    """Says so where nobody has set up OpenTelemetry: spans and metrics would go nowhere."""
    providers = (trace.get_tracer_provider(), metrics.get_meter_provider())
    if all(type(provider).__name__.lstrip("_").startswith(("Proxy", "NoOp")) for provider in providers):
        logger.warning(
            "otel is on, and nobody has set a tracer provider or a meter provider of OpenTelemetry: start the server "
            "with opentelemetry-instrument, or set them in a module of the handlers"
        )
