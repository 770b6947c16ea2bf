"""SIGPIPE, which a module may have given its default action back: it would end the process without a word."""

import contextlib
import socket
from pathlib import Path
from typing import Any

from gate import Gate
from processes import WAIT, serving
from wire import grpc

AUTHORITY = [("grpc.default_authority", "localhost"), ("grpc.use_local_subchannel_pool", 1)]


def test_a_client_that_leaves_ends_its_call_alone(tmp_path: Path) -> None:
    """On a Unix socket the answer is written to nobody."""
    server = tmp_path / "server"
    env = {"GATE": str(tmp_path / "gate")}
    with (
        Gate(tmp_path / "gate") as gate,
        serving("piping", env=env, bind=f"unix:{server}") as served,
        grpc.insecure_channel(f"unix:{server}", AUTHORITY) as channel,
    ):
        stay = channel.unary_unary("/gated.Gated/Stay")
        for _ in range(50):
            with socket.socket(socket.AF_UNIX) as leaving:
                leaving.connect(str(server))
                # The server writes its settings, and perhaps reads the end before.
                leaving.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        call: Any = stay.future(b"", timeout=WAIT)
        gate.arrival().close()
        assert call.result() == b"stayed"
        assert served.stop() == 0


def test_the_calls_of_a_worker_finish_without_its_supervisor(tmp_path: Path) -> None:
    """To which it says twice a second that Python answers."""
    env = {"GATE": str(tmp_path / "gate")}
    with (
        Gate(tmp_path / "gate") as gate,
        serving("piping", "--grace", "60s", env=env, workers=2) as served,
        grpc.insecure_channel(served.address, AUTHORITY) as channel,
    ):
        call: Any = channel.unary_unary("/gated.Gated/Stay").future(b"", timeout=WAIT)
        with contextlib.closing(gate.arrival()):
            served.process.kill()
            served.err.wait_for("draining connections", times=2)
            # The beat that says so would have ended it.
        assert call.result() == b"stayed"
