"""The access log: one line for each call that has ended."""

import json
import logging
import os
import re
from contextlib import closing
from pathlib import Path

import pytest
from clients import Call, with_grpcio
from gate import Gate
from pages import ROOT, blocks
from processes import Lines, serving
from raw_client import RawClient, message

from spikard.grpc import testing

NUMBERS = r"received (\d+) \((\d+) bytes\), sent (\d+) \((\d+) bytes\), [\d.]+ ms: buffered [\d.]+, queued [\d.]+"
GUIDE = ROOT / "docs" / "guide" / "observability.md"
CHECK = "/grpc.health.v1.Health/Check"


@pytest.mark.parametrize("workers", [1, 2])
def test_each_call_has_a_line(call: Call, workers: int) -> None:
    with serving("probes", "--access-log", workers=workers) as served:
        assert call(served.address, "/probes.Probes/Join", "stream_unary", [b"ab", b"c"]).code == "OK"
        (line,) = served.err.wait_for(
            rf"INFO .* spikard\.access: 127\.0\.0\.1:\d+ probes\.Probes/Join OK, {NUMBERS}, handled [\d.]+\n"
        )
        assert line.groups() == ("2", "3", "1", "3")
        assert call(served.address, "/probes.Probes/Join", "stream_unary", [b""] * 6).code == "RESOURCE_EXHAUSTED"
        served.err.wait_for(
            r"spikard\.access: \S+ probes\.Probes/Join RESOURCE_EXHAUSTED, .*; refused by max_messages\n"
        )
        assert call(served.address, "/no.Such/Method", "unary_unary", [b""]).code == "UNIMPLEMENTED"
        served.err.wait_for(r"spikard\.access: \S+ /no\.Such/Method UNIMPLEMENTED, ")
        assert call(served.address, "/probes.Probes/Short", "unary_unary", [b""]).code == "DEADLINE_EXCEEDED"
        served.err.wait_for(r"spikard\.access: \S+ probes\.Probes/Short DEADLINE_EXCEEDED, .*; refused by timeout\n")
        assert served.stop() == 0
        lines = [line for line in served.err.whole().splitlines() if "spikard.access" in line]
        assert len(lines) == 4
    (block,) = (block for block in blocks(GUIDE, language="text") if "spikard.access" in block.text)
    in_page = [_comparable(line.replace("shop.Orders/AddUp", "probes.Probes/Join")) for line in block.text.splitlines()]
    assert in_page == [_comparable(line) for line in lines[:2]]


def _comparable(line: str) -> str:
    return re.sub(r"[\d.]+", "0", line)


def test_a_call_that_is_given_up_has_one_too(tmp_path: Path) -> None:
    with (
        Gate(tmp_path / "gate") as gate,
        serving("gated", "--access-log", env={"GATE": str(tmp_path / "gate")}) as served,
    ):
        with closing(RawClient(served.address)) as client:
            client.socket.sendall(client.begin("/gated.Gated/Stay", message(b"")))
            arrived = gate.arrival()
        with closing(arrived):
            served.err.wait_for(r"spikard\.access: \S+ gated\.Gated/Stay CANCELLED, received 1 ")
        assert served.stop() == 0


def test_no_line_unless_asked_for_and_health_checks_at_debug() -> None:
    with serving("probes", "--log-level", "debug") as served:
        assert with_grpcio(served.address, "/probes.Probes/Echo", "unary_unary", [b""]).code == "OK"
        assert served.stop() == 0
        assert "spikard.access" not in served.err.whole()
    for level, lines in (("info", 0), ("debug", 1)):
        with serving("probes", "--access-log", "--log-level", level) as served:
            assert with_grpcio(served.address, CHECK, "unary_unary", [b""]).code == "OK"
            assert served.stop() == 0
            assert len(re.findall(rf"DEBUG .* spikard\.access: \S+ {CHECK[1:]} OK", served.err.whole())) == lines


def test_the_values_are_those_of_a_json_line() -> None:
    with serving("probes", "--access-log", "--log-format", "json") as served:
        assert with_grpcio(served.address, "/probes.Probes/Join", "stream_unary", [b"ab"]).code == "OK"
        assert with_grpcio(served.address, "/probes.Probes/Fail", "unary_unary", [b"KeyError"]).code == "INTERNAL"
        served.err.wait_for("INTERNAL, received")
        assert served.stop() == 0
        lines = [json.loads(line) for line in served.err.whole().splitlines()]
    (join,) = (line for line in lines if line.get("method") == "probes.Probes/Join")
    assert join["level"] == "INFO"
    assert join["logger"] == "spikard.access"
    assert join["pid"] == served.pids[0]
    assert (join["code"], join["received_messages"], join["received_bytes"]) == ("OK", 1, 2)
    assert (join["sent_messages"], join["sent_bytes"]) == (1, 2)
    assert 0 < join["buffered"] + join["queued"] + join["handled"] <= join["duration"]
    assert "limit" not in join
    (failed,) = (line for line in lines if "exception" in line)
    assert failed["level"] == "ERROR"
    assert "KeyError" in failed["exception"]


def test_in_a_program_it_goes_where_its_logging_says(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "spikard.access"), testing.serving("probes", access_log=True) as server:
        assert with_grpcio(server.address, "/probes.Probes/Echo", "unary_unary", [b"a"]).code == "OK"
    (record,) = (record for record in caplog.records if record.name == "spikard.access")
    values = record.call  # type: ignore[attr-defined]
    assert (values["method"], values["code"], values["sent_bytes"]) == ("probes.Probes/Echo", "OK", 1)


def test_a_reader_that_does_not_read_holds_no_call() -> None:
    """Threshold: 64 KiB are in the pipe, 1,000 lines wait, and one line says how many were lost."""
    calls = 3_000
    reading, writing = os.pipe()
    with open(reading) as pipe, serving("probes", "--access-log", stderr=writing) as served:
        os.close(writing)
        with closing(RawClient(served.address)) as client:
            for _ in range(calls // 100):
                client.call_many("/probes.Probes/Echo", [b""] * 100)
        # Warnings of the event loop wait for nobody either.
        assert with_grpcio(served.address, "/probes.Probes/Fail", "unary_unary", [b"KeyError"]).code == "INTERNAL"
        err = Lines(pipe)
        (lost,) = err.wait_for(r"WARNING .* spikard: lines of the log that were lost here: (\d+)\. ")
        assert served.stop() == 0
        written = len(re.findall(r"spikard\.access", err.whole()))
        assert 1_000 <= written < calls
        assert calls + 1 - written <= int(lost[1]) + 1
        assert "draining" in err.text()
