"""What the log says, at its default level."""

import pytest
from clients import with_grpcio
from processes import serving


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
