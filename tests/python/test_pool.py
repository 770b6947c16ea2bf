"""The threads for `def` handlers, with a bridge of Python's own."""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fakes import FakeCall, Request
from spikard._runtime.handler import Handler
from spikard._runtime.pool import Pool
from spikard.grpc import GrpcResponse
from spikard.grpc._drain import Drains


class PoolBridge:
    """Gives a pool's threads what the test put in, and then an end."""

    def __init__(self, *jobs: Any) -> None:
        self._jobs = list(jobs)
        self._lock = threading.Lock()
        self.lost = 0
        self.first = True

    def add_first_worker(self) -> bool:
        first, self.first = self.first, False
        return first

    def worker_lost(self) -> None:
        self.lost += 1
        self.first = True

    def take(self) -> Any:
        with self._lock:
            job = self._jobs.pop(0) if self._jobs else None
        if isinstance(job, BaseException):
            raise job
        return job


def pool_of(bridge: PoolBridge, function: Callable[[Any], Any]) -> Pool:
    fake: Any = bridge
    loop: Any = None
    runner: Any = SimpleNamespace(drains=Drains(bridge), beside=SimpleNamespace(ends={}))
    return Pool(fake, loop, runner, [Handler("handler", function, False)])


def test_a_pool_grows_when_it_is_told_to() -> None:
    both_inside = threading.Barrier(2, timeout=30)

    def handler(request: str) -> GrpcResponse:
        both_inside.wait()
        return GrpcResponse(request.encode())

    one, other = FakeCall(), FakeCall()
    pool = pool_of(PoolBridge((one, 1, 0, "one", True), (other, 2, 0, "other", False)), handler)
    pool.ensure_started()
    pool.ensure_started()
    assert pool.join(time.monotonic() + 30)
    assert (one.answers, other.answers) == ([GrpcResponse(b"one")], [GrpcResponse(b"other")])


def test_the_request_is_free_once_its_thread_lets_go_of_it() -> None:
    freed: list[bool] = []

    def handler(request: Request) -> GrpcResponse:
        reference = weakref.ref(request)
        del request
        freed.append(reference() is None)
        return GrpcResponse(b"")

    bridge = PoolBridge((FakeCall(), 1, 0, Request(), False))
    pool = pool_of(bridge, handler)
    pool.ensure_started()
    assert pool.join(time.monotonic() + 30)
    # Before 3.11 the interpreter keeps the arguments of a call until it returns.
    assert freed == [sys.version_info >= (3, 11)]


def test_a_thread_goes_on_after_a_call_that_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    call = FakeCall()
    pool = pool_of(PoolBridge(MemoryError(), (call, 1, 0, "request", False)), GrpcResponse)
    pool.ensure_started()
    assert pool.join(time.monotonic() + 30)
    assert call.answers == [GrpcResponse("request")]
    assert "a call for a def handler was lost before it began: MemoryError" in caplog.text


@pytest.mark.parametrize(
    ("where", "name", "error"),
    [
        (threading.Thread, "start", RuntimeError("can't start new thread")),
        (threading, "Thread", MemoryError("no memory")),
    ],
    ids=["started", "made"],
)
def test_a_thread_that_cannot_be_had_is_given_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: Any, name: str, error: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    call = FakeCall()
    bridge = PoolBridge((call, 1, 0, "request", False))
    pool = pool_of(bridge, GrpcResponse)
    with monkeypatch.context() as patch:
        patch.setattr(where, name, refuse)
        assert not pool.ensure_started()
    assert bridge.lost == 1
    assert caplog.messages == [f"no further thread for def handlers can be started: {error}"]
    pool.ensure_started()
    assert pool.join(time.monotonic() + 30)
    assert call.answers == [GrpcResponse("request")]
