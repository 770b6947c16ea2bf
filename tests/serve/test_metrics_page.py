"""The page of metrics, as it is fetched over HTTP and read by Prometheus's own library."""

import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from clients import with_grpcio
from gate import Gate
from processes import WAIT, free_port, serving, spikard
from prometheus_client.parser import text_string_to_metric_families
from raw_client import RawClient, message

from spikard.grpc import testing

JOIN = {"grpc_method": "probes.Probes/Join"}
OK = {**JOIN, "grpc_status": "OK"}
STARTED = "grpc_server_call_started_total"

Values = Callable[[str, dict[str, str]], float]


def read(address: str) -> Values:
    """The values of a page, by name and labels."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=WAIT) as page:
        assert page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        families = text_string_to_metric_families(page.read().decode())
        found = {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}
    return lambda name, labels: found.get((name, frozenset(labels.items())), 0.0)


def until(address: str, is_so: Callable[[Values], bool]) -> Values:
    """Read the page until it is so."""
    end = time.monotonic() + WAIT
    while not is_so(values := read(address)):
        assert time.monotonic() < end
        time.sleep(0.02)
    return values


def join(address: str, *messages: bytes) -> None:
    """One call."""
    assert with_grpcio(address, "/probes.Probes/Join", "stream_unary", messages).code == "OK"


def test_one_process() -> None:
    metrics = free_port()
    with serving("probes", "--metrics-bind", metrics) as served:
        join(served.address, b"ab", b"c")
        values = until(metrics, lambda values: values("spikard_calls_in_flight", JOIN) == 0)
        assert values(STARTED, JOIN) == 1
        assert values("grpc_server_call_duration_seconds_count", OK) == 1
        assert 0 < values("grpc_server_call_duration_seconds_sum", OK) < WAIT
        assert values("grpc_server_call_duration_seconds_bucket", {**OK, "le": "+Inf"}) == 1
        assert values("grpc_server_call_rcvd_total_compressed_message_size_bytes_sum", OK) == 3
        assert values("grpc_server_call_rcvd_total_compressed_message_size_bytes_bucket", {**OK, "le": "1024"}) == 1
        assert values("grpc_server_call_sent_total_compressed_message_size_bytes_sum", OK) == 3
        assert values("spikard_accepted_connections_total", {}) == 1
        assert with_grpcio(served.address, "/probes.Probes/Join", "stream_unary", [b""] * 6).code != "OK"
        refused = {**JOIN, "limit": "max_messages"}
        until(metrics, lambda values: values("spikard_refused_calls_total", refused) == 1)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://{metrics}/other", timeout=WAIT)
        assert served.stop() == 0


def test_while_python_does_not_answer(tmp_path: Path) -> None:
    metrics = free_port()
    with (
        Gate(tmp_path / "gate") as gate,
        serving("gated", "--metrics-bind", metrics, env={"GATE": str(tmp_path / "gate")}) as served,
        closing(RawClient(served.address)) as client,
    ):
        client.socket.sendall(client.begin("/gated.Gated/Hold", message(b"")))
        held = gate.arrival()
        hold = {"grpc_method": "gated.Gated/Hold"}
        assert read(metrics)("spikard_calls_in_flight", hold) == 1
        held.close()


def test_workers_are_summed_up_and_their_end_takes_nothing_away() -> None:
    metrics = free_port()
    with serving("probes", "--metrics-bind", metrics, workers=2) as served:
        for _ in range(20):
            join(served.address, b"ab")
        until(metrics, lambda values: values(STARTED, JOIN) == 20)
        for pid in served.pids:
            os.kill(pid, signal.SIGKILL)
        served.out.wait_for("serving on", times=4)
        join(served.address, b"ab")
        values = until(metrics, lambda values: values(STARTED, JOIN) == 21)
        assert values("spikard_open_connections", {}) <= 1
        served.process.send_signal(signal.SIGHUP)
        served.err.wait_for("all workers have been replaced")
        join(served.address, b"ab")
        until(metrics, lambda values: values(STARTED, JOIN) == 22)
        assert served.stop() == 0


def test_an_address_that_is_taken_is_one_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for workers in ("1", "2"):
            ended = spikard("serve", "probes", "--bind", free_port(), "--metrics-bind", address, "--workers", workers)
            assert ended.returncode == 2
            said = f"the page of metrics (metrics_bind): cannot listen on {address}: Address already in use"
            assert ended.stderr.startswith(f"spikard: error: {said}")


def test_a_program_has_it_on_a_free_port() -> None:
    with testing.serving("probes", metrics_bind="127.0.0.1:0") as server:
        join(server.address, b"a")
        assert server.metrics_port is not None
        until(f"127.0.0.1:{server.metrics_port}", lambda values: values(STARTED, JOIN) == 1)
    with testing.serving("probes") as server:
        assert server.metrics_port is None
