"""Load reports by ORCA, as grpclib sees them in trailers, and grpcio out of band."""

import json
import logging
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from clients import Answer, with_grpclib
from google.protobuf.duration_pb2 import Duration
from processes import WAIT, serving, spikard
from wire import grpc

from orca_load_report_pb2 import OrcaLoadReport
from orca_service_pb2 import OrcaLoadReportRequest
from spikard.grpc import Call, GrpcRequest, Server, testing

TRAILER = "endpoint-load-metrics-bin"
STREAM = "/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics"
COST: dict[str, Any] = {"request_cost": {"rows": 3456.5}}
GPU: dict[str, Any] = {"utilization": {"gpu": 0.75}, "named_metrics": {"queue": 7}}


@pytest.fixture
def address() -> Iterator[str]:
    """A server that reports."""
    with testing.serving("reporting", "probes", orca=True, orca_min_report_interval="1ms") as server:
        yield server.address


def report(answer: Answer) -> OrcaLoadReport | None:
    """The report of a call, without what the server measures; `None` where there is none."""
    found = dict(answer.trailers).get(TRAILER)
    return None if found is None else recorded(OrcaLoadReport.FromString(found))


def recorded(report: OrcaLoadReport) -> OrcaLoadReport:
    """A report without what the server measures."""
    for measured in ("cpu_utilization", "application_utilization", "rps_fractional", "eps"):
        report.ClearField(measured)
    return report


def unary(address: str, method: str, **given: Any) -> Answer:
    """The answer of a method to a report. grpcio takes the trailer for itself, and does not show it."""
    return with_grpclib(address, f"/reporting.Reporting/{method}", "unary_unary", [json.dumps(given).encode()])


@contextmanager
def out_of_band(address: str, interval: Duration | None = None) -> Generator[Any]:
    """A stream of reports, by grpcio."""
    request = OrcaLoadReportRequest(report_interval=interval)
    with grpc.insecure_channel(address) as channel:
        stream = channel.unary_stream(
            STREAM,
            request_serializer=OrcaLoadReportRequest.SerializeToString,
            response_deserializer=OrcaLoadReport.FromString,
        )
        yield stream(request, timeout=WAIT)


def test_no_reports_unless_asked_for() -> None:
    """No trailer, no service; recording does nothing."""
    with testing.serving("reporting") as server:
        answer = unary(server.address, "OfCall", **COST)
        assert (answer.code, report(answer)) == ("OK", None)
        with out_of_band(server.address) as stream:
            assert stream.code() is grpc.StatusCode.UNIMPLEMENTED


def test_the_report_of_a_call_is_in_its_trailers(address: str) -> None:
    """What the handler recorded, and nothing of it in the next call."""
    assert report(unary(address, "OfCall", **COST, memory_utilization=0.5)) == OrcaLoadReport(
        request_cost={"rows": 3456.5}, mem_utilization=0.5
    )
    assert report(unary(address, "OfCall")) in (None, OrcaLoadReport())


def test_a_stream_reports_at_its_end(address: str) -> None:
    """What is recorded after the first message counts."""
    answer = unary(address, "WhileStreaming", **COST)
    assert (answer.messages, report(answer)) == ([b"one"], OrcaLoadReport(**COST))


def test_a_call_that_fails_reports(address: str) -> None:
    """Its trailers are all that it has."""
    answer = unary(address, "Failing", **COST)
    assert (answer.code, report(answer)) == ("INTERNAL", OrcaLoadReport(**COST))


def test_the_report_of_the_server_is_in_all(address: str) -> None:
    """Of later calls, and out of band; what it would cost belongs to no call."""
    unary(address, "OfServer", **GPU, **COST)
    assert report(unary(address, "OfCall", **COST)) == OrcaLoadReport(**GPU, **COST)
    with out_of_band(address) as stream:
        assert recorded(next(stream)) == OrcaLoadReport(**GPU)
        unary(address, "OfServer", utilization={"gpu": 0.25})
        changed = OrcaLoadReport(utilization={"gpu": 0.25}, named_metrics=GPU["named_metrics"])
        assert any(recorded(report) == changed for report in stream)


def test_what_a_call_says_overrides_what_the_server_says(address: str) -> None:
    """Value by value."""
    unary(address, "OfServer", utilization={"gpu": 0.75, "disk": 0.25})
    assert report(unary(address, "OfCall", utilization={"gpu": 1})) == OrcaLoadReport(
        utilization={"gpu": 1, "disk": 0.25}
    )


def test_rates_are_measured(address: str) -> None:
    """Calls and errors of a second, the CPU, and the most of what is in use."""
    found = OrcaLoadReport()
    end = time.monotonic() + WAIT
    while not found.eps and time.monotonic() < end:
        unary(address, "Failing")
        answer = unary(address, "OfCall")
        found = OrcaLoadReport.FromString(dict(answer.trailers).get(TRAILER, b""))
    assert 0 < found.eps < found.rps_fractional
    assert 0 < found.cpu_utilization <= found.application_utilization


def test_standard_services_are_no_load(address: str) -> None:
    """Health checks do not report."""
    unary(address, "OfServer", **GPU)
    answer = with_grpclib(address, "/grpc.health.v1.Health/Check", "unary_unary", [b""])
    assert (answer.code, report(answer)) == ("OK", None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cpu_utilization": -1}, "cpu_utilization must be finite and from 0 to inf"),
        ({"memory_utilization": 1.5}, "memory_utilization must be finite and from 0 to 1"),
        ({"utilization": {"gpu": 2}}, 'utilization["gpu"] must be finite and from 0 to 1'),
        ({"request_cost": {"rows": float("inf")}}, 'request_cost["rows"] must be finite and from 0 to inf'),
    ],
)
def test_a_value_that_a_receiver_would_refuse(
    address: str, caplog: pytest.LogCaptureFixture, given: dict[str, Any], said: str
) -> None:
    """It is left out, the log says so, and the call is OK."""
    with caplog.at_level(logging.WARNING):
        answer = unary(address, "OfCall", **given)
        # A line of Rust's comes by the event loop.
        end = time.monotonic() + WAIT
        while said not in caplog.text and time.monotonic() < end:
            time.sleep(0.01)
    assert (answer.code, report(answer) or OrcaLoadReport()) == ("OK", OrcaLoadReport())
    assert said in caplog.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cpu": 1}, 'a load report has no "cpu": there are cpu_utilization, '),
        ({"qps": "7"}, "qps of a load report must be a number, not str"),
        ({"request_cost": 7}, "request_cost of a load report must be a mapping of names to numbers, not int"),
        ({"utilization": {"gpu": None}}, 'utilization["gpu"] of a load report must be a number, not NoneType'),
        ({"named_metrics": {7: 1}}, "the names in named_metrics of a load report must be texts, not int"),
    ],
)
def test_a_report_that_is_none(given: dict[str, Any], said: str) -> None:
    """A `TypeError`, in a test of the handler as well."""
    with pytest.raises(TypeError) as raised:
        Call().record_load(**given)
    assert str(raised.value).startswith(said)


def test_a_drain_ends_the_streams() -> None:
    """It does not wait for them: they have no end."""
    with serving("reporting", "--orca", "--grace", str(WAIT)) as server:
        with out_of_band(server.address, Duration(seconds=3600)) as stream:
            next(stream)
            assert server.stop() == 0
            assert list(stream) == []
            assert stream.code() is grpc.StatusCode.OK


def test_reports_have_no_deadline_of_the_server() -> None:
    """The server's `timeout` is for calls."""
    with testing.serving("reporting", orca=True, orca_min_report_interval="1ms", timeout="1ms") as server:
        with out_of_band(server.address, Duration(nanos=1)) as stream:
            assert len([next(stream) for _ in range(20)]) == 20


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"orca": "perhaps"}, 'orca must be True or False, as a text 1 or 0, not "perhaps"'),
        ({"orca_min_report_interval": 0}, "orca_min_report_interval must be"),
        ({"orca_min_report_interval": "soon"}, "orca_min_report_interval"),
    ],
)
def test_settings_that_are_none(options: dict[str, Any], said: str) -> None:
    """One clear message."""
    with pytest.raises((TypeError, ValueError), match=f"^{said}") as raised:
        Server("reporting", **options)
    assert "\n" not in str(raised.value)


def test_a_flag_that_is_none() -> None:
    """The same from the command."""
    ended = spikard("serve", "reporting", "--orca-min-report-interval", "0s")
    assert ended.returncode == 2
    assert "--orca-min-report-interval must be" in ended.stderr


def test_handlers_are_tested_without_a_server() -> None:
    """A request of a test records nothing, and does not mind."""
    request = GrpcRequest(b"")
    request.call.record_load(qps=7)
    request.call.record_server_load(qps=7)
