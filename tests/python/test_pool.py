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
from spikard.grpc._drain import Drain


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

    def take(self) -> Any:
        with self._lock:
            job = self._jobs.pop(0) if self._jobs else None
        if isinstance(job, BaseException):
            raise job
        return job


def pool_of(bridge: PoolBridge, function: Callable[[Any], Any]) -> Pool:
    fake: Any = bridge
    loop: Any = None
    runner: Any = SimpleNamespace(drain=Drain())
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


def test_a_thread_that_cannot_be_started_is_given_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    bridge = PoolBridge()
    assert not pool_of(bridge, len).ensure_started()
    assert bridge.lost == 1
    assert "no further thread for def handlers can be started: can't start new thread" in caplog.text


def test_a_thread_that_cannot_be_made_is_said_and_the_pool_goes_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[bool] = []

    class Bridge:
        def add_first_worker(self) -> bool:
            return True

        def worker_lost(self) -> None:
            lost.append(True)

        def take(self) -> None:
            """There is nothing to do."""

    def refused(**options: Any) -> threading.Thread:
        raise MemoryError("no thread")

    fake: Any = Bridge()
    loop: Any = None
    runner: Any = SimpleNamespace(drain=Drain())
    pool = Pool(fake, loop, runner, [])
    with monkeypatch.context() as patch:
        patch.setattr(threading, "Thread", refused)
        pool.ensure_started()
    assert lost == [True]
    assert caplog.messages == ["no further thread for def handlers can be started: no thread"]
    pool.ensure_started()
    assert pool.join(time.monotonic() + 30)


def test_a_thread_that_cannot_be_made_is_given_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MemoryError("no memory")

    monkeypatch.setattr(threading, "Thread", refuse)
    bridge = PoolBridge()
    assert not pool_of(bridge, len).ensure_started()
    assert bridge.lost == 1
    assert "no further thread for def handlers can be started: no memory" in caplog.text
