"""The warning about a coroutine that blocks the event loop."""

import time
from pathlib import Path

import pytest
from gate import Gate
from processes import WAIT, Served, serving
from wire import grpc

SPAWNS = """
import asyncio, time
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream


@grpc_stream(service="spawns.Spawns")
async def spawn(request: GrpcRequest) -> GrpcResponse:
    await asyncio.get_running_loop().create_task(background())
    return GrpcResponse()


async def background() -> None:
    crunch()


def crunch() -> None:
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        pass
"""


def call(served: Served, path: str, message: bytes) -> None:
    """Make one call."""
    with grpc.insecure_channel(served.address) as channel:
        channel.unary_unary(path)(message, timeout=WAIT)


@pytest.mark.alone
def test_the_handler_is_named() -> None:
    """With the line that blocks the loop; a call that is quick is not."""
    with serving("probes") as served:
        call(served, "/probes.Probes/Echo", b"")
        call(served, "/probes.Probes/Hold", b"0.4")
        (found,) = served.err.wait_for(
            r"WARNING .*probes:(\w+) blocks the event loop, for over (\d+) ms so far, at (\S+):\d+"
        )
        assert found[1] == "hold"
        assert int(found[2]) >= 100
        assert found[3].endswith("probes.py")
        call(served, "/probes.Probes/Hold", b"0.4")
        served.err.wait_for("probes:hold blocks the event loop", times=2)
        served.stop()
        assert served.err.whole().count("blocks the event loop") == 2


def test_the_whole_time_is_said_in_the_end(tmp_path: Path) -> None:
    """Of a loop that was blocked for over a second; the first line comes when it has been for 100 ms."""
    with Gate(tmp_path / "gate") as gate, serving("gated", env={"GATE": str(tmp_path / "gate")}) as served:
        with grpc.insecure_channel(served.address) as channel:
            held = channel.unary_unary("/gated.Gated/Hold").future(b"", timeout=WAIT)
            began = time.monotonic()
            arrived = gate.arrival()
            served.err.wait_for("gated:hold blocks the event loop, for over")
            time.sleep(max(0.0, began + 1.5 - time.monotonic()))
            arrived.close()
            assert held.result() == b"held"
            (found,) = served.err.wait_for(r"WARNING .*the event loop answers again, after (\d+\.\d) s")
            assert 1 <= float(found[1]) <= time.monotonic() - began + 0.1


def test_a_task_of_a_handler_is_named(tmp_path: Path) -> None:
    """By its own function, with the place where it is."""
    (tmp_path / "spawns.py").write_text(SPAWNS)
    with serving("spawns", "--app-dir", str(tmp_path)) as served:
        call(served, "/spawns.Spawns/Spawn", b"")
        (found,) = served.err.wait_for(r"spawns:(\w+) blocks the event loop, .* at (\S+):(\d+):")
        assert found[1] == "background"
        assert found[2] == str(tmp_path / "spawns.py")
