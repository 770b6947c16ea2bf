"""What ends under a `Server`: its loop, its process, a fork of it."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
from typing import Any

import pytest
from processes import HANDLERS, WAIT
from wire import aio

from spikard.grpc import Server

pytestmark = pytest.mark.asyncio


async def test_the_end_of_the_loop_ends_the_server() -> None:
    """A program that forgets to stop its server ends all the same, with a warning."""
    program = """
import asyncio, logging
logging.basicConfig()
from spikard.grpc import Server
async def main():
    await Server("probes", bind="127.0.0.1:0").start()
asyncio.run(main())
print("ended")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HANDLERS, capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert (done.returncode, done.stdout) == (0, "ended\n"), done.stderr
    assert "await server.stop() first" in done.stderr


async def test_a_process_that_ends_under_a_server() -> None:
    """`sys.exit` with a server, a busy thread and a hung handler: the exit code is the program's."""
    program = """
import asyncio, sys, grpc, probes
from spikard.grpc import Server
async def main():
    server = Server("probes", bind="127.0.0.1:0")
    await server.start()
    channel = grpc.aio.insecure_channel(server.address)
    calls = [asyncio.ensure_future(channel.unary_unary(f"/probes.Probes/{m}")(b"x")) for m in ("Block", "Hang")]
    while not (probes.RUNS["block"] and probes.RUNS["x"]):
        await asyncio.sleep(0.001)
    sys.exit(5)
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HANDLERS, capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert done.returncode == 5, done.stderr
    assert "Fatal" not in done.stderr
    assert "panicked" not in done.stderr


def child_of_fork(server: Server, answers: Any) -> None:
    """Use the server of the parent."""
    said = []
    for use in (server.stop(), server.wait()):
        try:
            asyncio.new_event_loop().run_until_complete(use)
        except RuntimeError as error:
            said.append(str(error))
    answers.send("\n".join(said))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
async def test_a_fork_after_the_start() -> None:
    """The child gets a clear error and ends by itself; the parent serves on."""
    async with Server("probes", bind="127.0.0.1:0") as server:
        fork = multiprocessing.get_context("fork")
        ours, theirs = fork.Pipe(duplex=False)
        child = fork.Process(target=child_of_fork, args=(server, theirs))
        child.start()
        said = await asyncio.to_thread(ours.recv)
        assert said.count("was forked from the one that started the server") == 2
        assert f"(pid {os.getpid()})" in said
        await asyncio.to_thread(child.join, WAIT)
        assert child.exitcode == 0
        async with aio.insecure_channel(server.address) as channel:
            assert await channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT) == b"one"
