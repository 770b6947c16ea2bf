"""Processes that a handler starts by fork: their signals are theirs."""

import signal

import pytest
from processes import WAIT, serving
from wire import grpc

INTERRUPTED = 7
"""What the child answers to a KeyboardInterrupt."""

ENDS = [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, INTERRUPTED)]


@pytest.mark.parametrize("method", ["InThread", "OnLoop"])
def test_a_forked_child_ends_on_its_signals_and_the_server_serves_on(method: str) -> None:
    """As if there were no server: the parent neither drains nor takes it for its own second signal."""
    with serving("forking", "--log-level", "info") as served, grpc.insecure_channel(served.address) as channel:
        call = channel.unary_unary(f"/forking.Forking/{method}")
        for number, code in ENDS * 2:
            assert call(str(int(number)).encode(), timeout=2 * WAIT).decode() == str(code), served.err.text()
        assert "drain" not in served.err.text()
        assert served.stop(signal.SIGINT) == 0, served.err.text()


def test_a_pool_of_processes_in_a_handler() -> None:
    """Its end sends SIGTERM to each of them."""
    with serving("forking", "--log-level", "info") as served, grpc.insecure_channel(served.address) as channel:
        pool = channel.unary_unary("/forking.Forking/Pool")
        for count in (10, 100):
            assert pool(str(count).encode(), timeout=WAIT).decode() == str(sum(range(count)))
        assert "drain" not in served.err.text()
        assert served.stop() == 0, served.err.text()


def test_a_child_that_leaves_the_handler_ends() -> None:
    """It has the thread that it came from, and no server that it could serve for."""
    with serving("forking") as served, grpc.insecure_channel(served.address) as channel:
        strays = channel.unary_unary("/forking.Forking/Strays")
        for _ in range(5):
            assert strays(b"", timeout=WAIT) == b"0"
