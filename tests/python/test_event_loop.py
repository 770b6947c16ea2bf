"""The event loops that spikard owns: how they run, and how they end."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from spikard._runtime.event_loop import end_tasks, run_until_stopped


@pytest.mark.parametrize("raised", [SystemExit(3), KeyboardInterrupt()])
def test_what_passes_through_the_loop_is_logged(raised: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    async def leave() -> None:
        raise raised

    loop = asyncio.new_event_loop()
    task = loop.create_task(leave())
    run_until_stopped(loop)
    assert f"{type(raised).__name__} stopped the event loop; running it again" in caplog.text
    assert task.exception() is raised
    loop.call_soon(loop.stop)
    run_until_stopped(loop)
    loop.close()


def test_a_loop_that_cannot_run_says_so() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        run_until_stopped(loop)

    async def inside() -> None:
        other = asyncio.new_event_loop()
        try:
            run_until_stopped(other)
        finally:
            other.close()

    with pytest.raises(RuntimeError, match="another loop is running"):
        asyncio.run(inside())


def test_tasks_that_do_not_end_are_named() -> None:
    ends = asyncio.Event()
    begun: list[str] = []

    async def stays(name: str) -> None:
        begun.append(name)
        while not ends.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait_for(ends.wait(), 30)

    async def test() -> None:
        loop = asyncio.get_running_loop()
        quick = loop.create_task(asyncio.sleep(30))
        tasks = [loop.create_task(stays("a call"), name="probes:hang"), loop.create_task(stays("a task"))]
        await asyncio.sleep(0)
        assert begun == ["a call", "a task"]
        assert await end_tasks(0.01) == ["probes:hang", stays.__qualname__]
        assert quick.cancelled()
        ends.set()
        await asyncio.gather(*tasks)
        assert await end_tasks(30) == []

    loop = asyncio.new_event_loop()
    loop.run_until_complete(test())
    loop.close()
