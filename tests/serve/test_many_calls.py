"""A hundred thousand calls: nothing crosses over, nothing is lost, nothing grows.

For Linux: what a process takes is read from `/proc`.
"""

import os
import resource
import signal
from pathlib import Path

from processes import Served, serving
from raw_client import RawClient

CALLS = 100_000
AT_ONCE = 200

GC = """
import gc, asyncio
from probes import *
import probes
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

@grpc_stream(service="probes.Collect")
async def collect(request: GrpcRequest) -> GrpcResponse:
    gc.collect()
    return GrpcResponse(str(len(asyncio.all_tasks())).encode())
"""


def memory(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def counts(pid: int) -> tuple[int, int]:
    """Threads and descriptors of a process."""
    return len(os.listdir(f"/proc/{pid}/task")), len(os.listdir(f"/proc/{pid}/fd"))


def run_calls(client: RawClient, served: Served, calls: int) -> None:
    """Make calls in bursts, on the loop and in threads, with a collection between two bursts."""
    done = 0
    while done < calls:
        method = "ContextInThread" if done % (10 * AT_ONCE) == 0 else "Context"
        mine = [b"%d" % number for number in range(done, done + AT_ONCE)]
        answers = client.call_many(f"/probes.Probes/{method}", mine)
        # Each call saw what the server began with, and then its own value.
        assert answers == [b"nobody " + who for who in mine]
        done += AT_ONCE
        if done % (25 * AT_ONCE) == 0:
            # The tasks of the server itself, and the call that counts them.
            assert int(client.call_many("/probes.Collect/Collect", [b""])[0]) <= 4


def test_a_hundred_thousand_calls(tmp_path: Path) -> None:
    """Context variables with `gc.collect()` in between; what the process has after a tenth, it has at the end."""
    (tmp_path / "collecting.py").write_text(GC)
    with serving("collecting", "--app-dir", str(tmp_path)) as served:
        (pid,) = served.pids
        client = RawClient(served.address)
        try:
            run_calls(client, served, CALLS // 10)
            threads, descriptors = counts(pid)
            before = memory(pid)
            run_calls(client, served, CALLS - CALLS // 10)
            assert counts(pid) <= (threads, descriptors)
            grown = memory(pid) - before
            # 90,000 calls: less than 50 bytes a call is no leak of anything that a call has.
            assert grown < 50 * CALLS, f"{grown} bytes more"
        finally:
            client.close()
        assert served.stop(signal.SIGTERM) == 0
        assert "Task was destroyed" not in served.err.whole()
        assert "never awaited" not in served.err.whole()
