"""What the log says, at its default level."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from clients import with_grpcio
from gate import Gate
from processes import serving
from raw_client import RawClient, message


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("by", ["dict", "file"])
def test_the_programs_configuration_does_not_silence_the_server(by: str, workers: int) -> None:
    """Although it disables all loggers that it does not name."""
    with serving("silencing", workers=workers, env={"SILENCED_BY": by}) as served:
        for _ in range(2):
            assert with_grpcio(served.address, "/silencing.Silencing/Fail", "unary_unary", [b""]).code == "INTERNAL"
        served.err.wait_for(r"ERROR .* spikard: silencing:fail raised KeyError\nTraceback", 2)
        assert served.stop() == 0
        # A line of the core's, whose logger has been there when the configuration came.
        assert "draining" in served.err.whole()


def test_what_may_be_a_bug_has_a_line() -> None:
    """The client is told that it is wrong; the operator can see what of."""
    with serving("silencing") as served:
        answer = with_grpcio(served.address, "/silencing.Silencing/Refuse", "unary_unary", [b"one"])
        assert answer.code == "INVALID_ARGUMENT"
        served.err.wait_for(
            r"INFO .* spikard: silencing:refuse raised ValueError at \S+/silencing\.py:\d+; the client gets "
            r"INVALID_ARGUMENT: 'not enough values to unpack \(expected 2, got 1\)'\n"
        )
        assert "Traceback" not in served.err.text()


def test_lines_that_nobody_fetches_are_bounded(tmp_path: Path) -> None:
    """While a handler holds the event loop, calls that fail without it cause lines of the log, at its level debug.

    Threshold: the first 1,000 are kept, and one line says how many were lost.
    """
    nobody = b"\x0a\x06nobody"
    with (
        Gate(tmp_path / "gate") as gate,
        serving("gated", "--log-level", "debug", env={"GATE": str(tmp_path / "gate")}) as served,
        closing(RawClient(served.address)) as holding,
        closing(RawClient(served.address)) as asking,
    ):
        holding.socket.sendall(holding.begin("/gated.Gated/Hold", message(b"")))
        arrived = gate.arrival()
        for _ in range(11):
            asking.call_many("/grpc.health.v1.Health/Check", [nobody] * 100)
        arrived.close()
        served.err.wait_for(r"WARNING .* spikard: lines of the log that were lost here: 1\d\d\. ")
        assert len(re.findall("the call failed", served.err.text())) in range(990, 1001)
        assert served.stop() == 0
