"""How a lifespan ends: after the last call, within the grace period, or too early."""

import signal
import time
from pathlib import Path

import pytest
from answering import called
from processes import WAIT, serving
from wire import grpc


def test_it_is_left_after_what_it_raises_is_logged() -> None:
    """The server ends well: its calls did."""
    with serving("around", "--lifespan", "around:falling") as served:
        assert served.stop() == 0
        served.err.wait_for(r"the lifespan around:falling raised ConnectionError when it was left")
        served.err.wait_for(r"ConnectionError: the database is gone")


@pytest.mark.alone
def test_one_that_does_not_end_is_cancelled_after_the_grace_period() -> None:
    """And named; the process ends in time."""
    with serving("around", "--lifespan", "around:staying", "--grace", "500ms") as served:
        began = time.monotonic()
        assert served.stop() == 0
        # The bound of a drain: the grace period, and a second.
        assert time.monotonic() - began < 1.5
        served.err.wait_for(r"the lifespan around:staying is cancelled: it was not left within the grace period")


def test_one_that_ends_while_the_server_serves(tmp_path: Path) -> None:
    """As where a task group in it fails: its state is gone, so the server shuts down, and ends with an error."""
    (tmp_path / "losing.py").write_text(
        "import asyncio, os\n"
        "from contextlib import asynccontextmanager\n"
        "from around import get\n"
        "async def fail(task):\n"
        "    while not os.path.exists('go'): await asyncio.sleep(0.01)\n"
        "    task.cancel()\n"
        "@asynccontextmanager\n"
        "async def losing():\n"
        "    failing = asyncio.create_task(fail(asyncio.current_task()))\n"
        "    yield\n"
    )
    with serving("losing", "--lifespan", "losing:losing", cwd=tmp_path) as served:
        assert called(served.address, "Get") == b"nobody None"
        (tmp_path / "go").touch()
        assert served.process.wait(WAIT) == 1
        served.err.wait_for(r"the lifespan losing:losing has ended while the server serves: shutting down")


def test_the_last_call_comes_before_the_end_of_it(tmp_path: Path) -> None:
    """A call in flight has the state until it has finished."""
    go = tmp_path / "go"
    (tmp_path / "late.py").write_text(
        "import asyncio, os\n"
        "from around import resources, say\n"
        "from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream\n"
        "@grpc_stream(service='around.Around')\n"
        "async def late(request: GrpcRequest) -> GrpcResponse:\n"
        "    say('waits')\n"
        "    await request.call.draining()\n"
        "    await asyncio.sleep(0.1)\n"
        "    say('answers')\n"
        "    return GrpcResponse(str(request.state.pid).encode())\n"
    )
    assert not go.exists()
    with serving("late", "--lifespan", "late:resources", cwd=tmp_path) as served:
        with grpc.insecure_channel(served.address) as channel:
            call = channel.unary_unary("/around.Around/Late").future(b"", timeout=WAIT)
            served.out.wait_for("waits")
            served.process.send_signal(signal.SIGTERM)
            assert call.result() == b"%d" % served.pids[0]
        assert served.process.wait(WAIT) == 0
        text = served.out.whole()
        assert text.index("answers") < text.index("left")
