"""OpenTelemetry: spans and metrics, as its SDK exports them."""

import functools
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from clients import with_grpcio
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from processes import WAIT, serving
from wire import grpc

from spikard.grpc import (
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcRequest,
    GrpcResponse,
    Server,
    grpc_stream,
    testing,
)

TRACE_ID = 0x0AF7651916CD43DD8448EB211C80319C
PARENT_ID = 0xB7AD6B7169203331
TRACEPARENT = [("traceparent", f"00-{TRACE_ID:032x}-{PARENT_ID:016x}-01")]
SERVICE = "otel.Otel"
SPANS = InMemorySpanExporter()
READER = InMemoryMetricReader()


@functools.cache
def set_providers() -> None:
    """Those of the process, which can be set once."""
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(SPANS))
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(MeterProvider([READER]))


@pytest.fixture
def address() -> Iterator[str]:
    """A server with OpenTelemetry."""
    set_providers()
    SPANS.clear()
    uploads = (upload, upload_in_thread)
    streams = (talk, count_in_thread, list_in_thread, answer_later)
    handlers = (inner, inner_in_thread, *uploads, *streams, fail, refuse, wait)
    with testing.serving(*handlers, otel=True) as server:
        yield server.address


@grpc_stream(service=SERVICE, max_messages=2)
async def inner(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Answer with the current trace, in a span of its own."""
    with trace.get_tracer("test").start_as_current_span("inner") as span:
        return GrpcResponse(f"{span.get_span_context().trace_id:032x}".encode())


@grpc_stream(service=SERVICE)
def inner_in_thread(request: GrpcRequest) -> GrpcResponse:
    """Do likewise in a thread."""
    with trace.get_tracer("test").start_as_current_span("inner"):
        return GrpcResponse(request.payload)


@grpc_stream(service=SERVICE)
async def talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Answer each message, in a span of its own."""
    async for message in request.messages:
        with trace.get_tracer("test").start_as_current_span("inner"):
            answer = message.upper()
        yield answer


@grpc_stream(service=SERVICE)
async def upload(request: GrpcDuplexRequest) -> GrpcResponse:
    """Read each message in a span of its own."""
    async for _ in request.messages:
        trace.get_tracer("test").start_span("inner").end()
    return GrpcResponse()


@grpc_stream(service=SERVICE)
def upload_in_thread(request: GrpcDuplexRequest) -> GrpcResponse:
    """Do likewise in a thread."""
    for _ in request.messages:
        trace.get_tracer("test").start_span("inner").end()
    return GrpcResponse()


@grpc_stream(service=SERVICE)
def count_in_thread(request: GrpcRequest) -> Iterator[bytes]:
    """Answer twice, each time in a span of its own."""
    for _ in range(2):
        with trace.get_tracer("test").start_as_current_span("inner"):
            answer = request.payload
        yield answer


@grpc_stream(service=SERVICE)
async def answer_later(request: GrpcDuplexRequest) -> GrpcDuplexResponse:
    """Answer with a stream that is made later."""
    return GrpcDuplexResponse(talk(request))


@grpc_stream(service=SERVICE)
def list_in_thread(request: GrpcRequest) -> GrpcDuplexResponse:
    """Answer with a stream that is known."""
    return GrpcDuplexResponse([request.payload] * 2)


@grpc_stream(service=SERVICE)
async def fail(request: GrpcRequest) -> GrpcResponse:
    """Have a bug."""
    raise KeyError(request.payload)


@grpc_stream(service=SERVICE)
async def refuse(request: GrpcRequest) -> GrpcResponse:
    """Refuse."""
    raise ValueError("no")


@grpc_stream(service=SERVICE, timeout="50ms")
async def wait(request: GrpcRequest) -> GrpcResponse:
    """Take too long."""
    await request.call.draining()
    return GrpcResponse()


def spans(number: int) -> list[ReadableSpan]:
    """The spans that have ended, once there are so many; of one trace, the inner ones come first."""
    end = time.monotonic() + WAIT
    while len(found := SPANS.get_finished_spans()) < number:
        assert time.monotonic() < end, found
        time.sleep(0.005)
    return list(found)


def context(span: ReadableSpan) -> Any:
    """Its ids."""
    return span.get_span_context()


@pytest.mark.parametrize(
    ("method", "kind", "messages", "inner_spans"),
    [
        ("Inner", "stream_unary", [b"a", b"b"], 1),
        ("InnerInThread", "unary_unary", [b"a"], 1),
        ("Upload", "stream_unary", [b"a", b"b"], 2),
        ("UploadInThread", "stream_unary", [b"a", b"b"], 2),
        ("Talk", "stream_stream", [b"a", b"b"], 2),
        ("CountInThread", "unary_stream", [b"a"], 2),
        ("ListInThread", "unary_stream", [b"a"], 0),
        ("AnswerLater", "stream_stream", [b"a", b"b"], 2),
    ],
)
def test_a_span_continues_the_trace_of_the_client(
    address: str, method: str, kind: Any, messages: list[bytes], inner_spans: int
) -> None:
    path = f"/{SERVICE}/{method}"
    assert with_grpcio(address, path, kind, messages, metadata=TRACEPARENT).code == "OK"
    *of_handler, of_call = spans(inner_spans + 1)
    assert of_call.name == path[1:]
    assert of_call.kind is trace.SpanKind.SERVER
    assert context(of_call).trace_id == TRACE_ID
    assert of_call.parent is not None
    assert of_call.parent.span_id == PARENT_ID
    attributes = dict(of_call.attributes or {})
    assert isinstance(attributes.pop("network.peer.port"), int)
    assert attributes == {
        "rpc.system.name": "grpc",
        "rpc.method": path[1:],
        "rpc.response.status_code": "OK",
        "network.peer.address": "127.0.0.1",
    }
    assert len(of_handler) == inner_spans
    for span in of_handler:
        assert span.parent is not None
        assert span.parent.span_id == context(of_call).span_id


@pytest.mark.parametrize(
    ("method", "code", "is_fault"),
    [("Fail", "INTERNAL", True), ("Refuse", "INVALID_ARGUMENT", False), ("Wait", "DEADLINE_EXCEEDED", True)],
)
def test_a_span_has_the_status_of_a_failure(address: str, method: str, code: str, is_fault: bool) -> None:
    assert with_grpcio(address, f"/{SERVICE}/{method}", "unary_unary", [b""]).code == code
    (span,) = spans(1)
    attributes = span.attributes or {}
    assert attributes["rpc.response.status_code"] == code
    assert attributes.get("error.type") == (code if is_fault else None)
    assert (span.status.status_code is trace.StatusCode.ERROR) == is_fault
    assert bool(span.events) == is_fault


def test_the_span_of_a_call_that_is_given_up_is_cancelled(address: str) -> None:
    cancelled = threading.Event()

    def messages() -> Iterator[bytes]:
        yield b"a"
        cancelled.wait(WAIT)

    with grpc.insecure_channel(address) as channel:
        call = channel.stream_stream(f"/{SERVICE}/Talk")(messages(), timeout=WAIT)
        assert next(call) == b"A"
        call.cancel()
        cancelled.set()
        *_, of_call = spans(2)
    assert (of_call.attributes or {})["rpc.response.status_code"] == "CANCELLED"


def values(name: str) -> dict[tuple[str, ...], Any]:
    """The points of a metric, by the values of their attributes in the order of their names."""
    found: dict[tuple[str, ...], Any] = {}
    data = READER.get_metrics_data()
    # None before anything was measured.
    for resource in [] if data is None else data.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                if metric.name == name:
                    for point in metric.data.data_points:
                        attributes = dict(point.attributes or {})
                        assert set(attributes) <= {"grpc.method", "grpc.status"}
                        key = tuple(str(attributes[known]) for known in sorted(attributes))
                        found[key] = (metric.unit, point)
    return found


def test_the_metrics_are_those_of_a66(address: str) -> None:
    method = f"{SERVICE}/Inner"
    before = values("grpc.server.call.started").get((method,))
    started = before[1].value if before else 0
    assert with_grpcio(address, f"/{method}", "stream_unary", [b"ab", b"c"]).code == "OK"
    assert with_grpcio(address, f"/{method}", "stream_unary", [b""] * 3).code == "RESOURCE_EXHAUSTED"
    assert with_grpcio(address, "/no.Such/Method", "unary_unary", [b""]).code == "UNIMPLEMENTED"
    refused, other = (method, "RESOURCE_EXHAUSTED"), ("other", "UNIMPLEMENTED")
    end = time.monotonic() + WAIT
    while not {refused, other} <= values("grpc.server.call.duration").keys():
        assert time.monotonic() < end
    unit, point = values("grpc.server.call.started")[(method,)]
    assert (unit, point.value) == ("{call}", started + 2)
    unit, duration = values("grpc.server.call.duration")[refused]
    assert isinstance(duration, HistogramDataPoint)
    assert (unit, duration.count) == ("s", 1)
    assert 0 < duration.sum < WAIT
    assert duration.explicit_bounds[:3] == (0.0, 0.00001, 0.00005)
    for name in ("sent", "rcvd"):
        sizes = values(f"grpc.server.call.{name}_total_compressed_message_size")
        unit, size = sizes[(method, "OK")]
        assert unit == "By"
        assert size.explicit_bounds[:3] == (0.0, 1024.0, 2048.0)
        assert size.sum >= 3


def test_without_the_package_a_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(_: str) -> None:
        """Find nothing."""

    monkeypatch.setattr("importlib.util.find_spec", find_spec)
    with pytest.raises(ValueError, match=r'otel needs the package opentelemetry-api, .* install "spikard\[otel\]"'):
        Server(inner, otel=True)


def test_without_providers_a_line_says_so() -> None:
    with serving("probes", "--otel") as served:
        served.err.wait_for("WARNING .* otel is on, and nobody has set a tracer provider or a meter provider")
        assert with_grpcio(served.address, "/probes.Probes/Echo", "unary_unary", [b""]).code == "OK"
        assert served.stop() == 0
