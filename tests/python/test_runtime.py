"""The event loop's side of the bridge, with a bridge of Python's own."""

from __future__ import annotations

import asyncio
import gc
import inspect
import weakref
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from fakes import FakeBridge, FakeCall, Request
from spikard._runtime.handler import Handler
from spikard._runtime.loop import LoopRunner
from spikard.grpc import StatusCode


class Running:
    """A runner on the loop of the test."""

    def __init__(self, bridge: FakeBridge, *functions: Callable[[Any], Any]) -> None:
        self.lookups: list[Any] = []
        self.closed = False
        handlers = [Handler(function.__name__, function, True) for function in functions]
        fake: Any = bridge
        self.loop = asyncio.get_running_loop()
        self.runner = LoopRunner(
            fake, self.loop, handlers, on_lookup=self.lookups.append, on_closed=lambda: setattr(self, "closed", True)
        )
        self.runner.attach()

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for is the loop's own next turns
            await asyncio.sleep(0)


@pytest.fixture
def bridge() -> Iterator[FakeBridge]:
    bridge = FakeBridge()
    yield bridge
    bridge.close()


def run(test: Awaitable[None]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(test, 30)

    asyncio.run(bounded())


def test_a_burst_of_calls_is_answered(bridge: FakeBridge) -> None:
    async def handler(request: str) -> str:
        await asyncio.sleep(0)
        return request.upper()

    async def test() -> None:
        running = Running(bridge, handler)
        calls = [FakeCall() for _ in range(3)]
        bridge.burst([(call, index, 0, f"request {index}") for index, call in enumerate(calls)])
        await running.until(lambda: all(call.answers for call in calls))
        assert [call.answers for call in calls] == [["REQUEST 0"], ["REQUEST 1"], ["REQUEST 2"]]
        assert running.runner.tasks() == []
        running.runner.detach()

    run(test())


def test_a_call_that_is_cancelled_leaves_nothing_behind(bridge: FakeBridge) -> None:
    async def handler(request: str) -> None:
        await asyncio.Event().wait()

    async def test() -> None:
        running = Running(bridge, handler)
        call = FakeCall()
        bridge.burst([(call, 7, 0, "request")])
        bridge.burst(cancels=[7])
        await running.until(lambda: not bridge.bursts and not running.runner.tasks())
        assert call.answers == [(StatusCode.CANCELLED, "CancelledError")]
        given_up = FakeCall(cancelled=True)
        bridge.burst([(given_up, 8, 0, "request")])
        await running.until(lambda: not bridge.bursts and not running.runner.tasks())
        running.runner.detach()

    run(test())


def test_cancels_and_wakes_do_not_wait_for_the_calls_of_their_burst(bridge: FakeBridge) -> None:
    order: list[str] = []

    class Stream:
        def wake(self) -> None:
            order.append("woken")

    class Task:
        def add_done_callback(self, callback: object) -> None: ...

        def cancel(self) -> None:
            order.append("cancelled")

    class Begun(FakeCall):
        def is_cancelled(self) -> bool:
            order.append("begun")
            return False

    async def handler(request: str) -> None:
        await asyncio.sleep(0)

    async def test() -> None:
        running = Running(bridge, handler)
        stream: Any = Stream()
        task: Any = Task()
        running.runner._streams[1] = stream
        running.runner._tasks[2] = task
        bridge.burst([(Begun(), 3, 0, "request")], wakes=[1], cancels=[2])
        await running.until(lambda: len(order) == 3)
        assert order == ["woken", "cancelled", "begun"]
        running.runner.detach()

    run(test())


def test_the_request_is_free_once_its_handler_lets_go_of_it(bridge: FakeBridge) -> None:
    freed: list[bool] = []

    async def handler(request: Request) -> str:
        reference = weakref.ref(request)
        del request
        await asyncio.sleep(0)
        freed.append(reference() is None)
        return "done"

    async def test() -> None:
        running = Running(bridge, handler)
        calls = [FakeCall() for _ in range(3)]
        # The bridge of the test must not keep them either.
        bridge.burst([(call, index, 0, Request()) for index, call in enumerate(calls)])
        await running.until(lambda: all(call.answers for call in calls))
        assert freed == [True] * 3
        running.runner.detach()

    run(test())


def test_a_cancel_for_a_call_that_is_over_is_nothing(bridge: FakeBridge) -> None:
    async def test() -> None:
        running = Running(bridge)
        bridge.burst(cancels=[99])
        await running.until(lambda: not bridge.bursts)
        running.runner.detach()

    run(test())


def test_tasks_are_held_until_they_are_done(bridge: FakeBridge) -> None:
    waiting: list[weakref.ref[asyncio.Future[None]]] = []

    async def handler(request: str) -> str:
        # Nothing but this task knows the future that it waits for.
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(weakref.ref(future))
        await future
        return "done"

    async def test() -> None:
        running = Running(bridge, handler)
        call = FakeCall()
        bridge.burst([(call, 1, 0, "request")])
        await running.until(lambda: waiting)
        gc.collect()
        future = waiting[0]()
        assert future is not None
        future.set_result(None)
        del future
        await running.until(lambda: call.answers)
        assert call.answers == ["done"]
        running.runner.detach()

    run(test())


def test_lookups_and_the_end_are_handed_on(bridge: FakeBridge) -> None:
    async def test() -> None:
        running = Running(bridge)
        bridge.burst(lookups=["one", "two"], closed=True)
        await running.until(lambda: running.closed)
        assert running.lookups == ["one", "two"]
        running.runner.detach()

    run(test())


def test_all_calls_are_cancelled(bridge: FakeBridge) -> None:
    entered: list[str] = []

    async def handler(request: str) -> None:
        entered.append(request)
        await asyncio.Event().wait()

    async def test() -> None:
        running = Running(bridge, handler)
        calls = [FakeCall() for _ in range(3)]
        bridge.burst([(call, index, 0, "request") for index, call in enumerate(calls)])
        await running.until(lambda: len(entered) == len(calls))
        assert {task.get_name() for task in running.runner.tasks()} == {"handler"}
        running.runner.cancel_all()
        await running.until(lambda: not running.runner.tasks())
        assert [call.answers for call in calls] == [[(StatusCode.CANCELLED, "CancelledError")]] * 3
        running.runner.detach()

    run(test())


def test_what_a_def_returned_is_closed_where_its_call_is_over(bridge: FakeBridge) -> None:
    async def returned() -> str:
        await asyncio.sleep(0)
        return "never"

    async def test() -> None:
        running = Running(bridge)
        call: Any = FakeCall(cancelled=True)
        coroutine = returned()
        running.runner.adopt(1, call, Handler("app:get", run, False), coroutine)
        await running.until(lambda: inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED)
        running.runner.detach()

    run(test())


def test_the_users_task_factory_makes_the_tasks(bridge: FakeBridge) -> None:
    made: list[str] = []

    class Named(asyncio.Task[Any]):
        pass

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        made.append(coroutine.__qualname__)
        return Named(coroutine, loop=loop, **options)

    async def handler(request: str) -> str:
        return type(asyncio.current_task()).__name__

    async def test() -> None:
        running = Running(bridge, handler)
        running.loop.set_task_factory(factory)
        call = FakeCall()
        bridge.burst([(call, 1, 0, "request")])
        await running.until(lambda: call.answers)
        assert (call.answers, made) == (["Named"], ["LoopRunner._run"])
        running.runner.detach()

    run(test())
