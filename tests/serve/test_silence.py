"""How long the supervisor waits for workers that say nothing."""

from types import SimpleNamespace
from typing import Any

from spikard._serving.silence import Patience


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def worker(clock: Clock) -> Any:
    """A worker that has just been heard."""
    process = SimpleNamespace(number=1, pid=2, ready=True, deadline=None, heard=clock.now, stuck=False, killed=False)
    process.process = SimpleNamespace(kill=lambda: setattr(process, "killed", True), wait=lambda: 0)
    return process


def judged(patience: Patience, clock: Clock, process: Any, seconds: int) -> None:
    """Let time pass, with a look at each half second."""
    for _ in range(2 * seconds):
        clock.now += 0.5
        patience.judge([process])


def test_silence_is_stuck_and_then_ends() -> None:
    """After each of the times; a word in between is enough."""
    clock = Clock()
    patience, process = Patience(10, 60, clock), worker(clock)
    judged(patience, clock, process, 9)
    assert not process.stuck
    judged(patience, clock, process, 1)
    assert process.stuck
    process.heard = clock.now
    judged(patience, clock, process, 9)
    assert not process.stuck
    judged(patience, clock, process, 50)
    assert process.stuck
    assert not process.killed
    judged(patience, clock, process, 1)
    assert process.killed


def test_zero_is_for_ever() -> None:
    """For either of them."""
    clock = Clock()
    patience, process = Patience(0, 0, clock), worker(clock)
    judged(patience, clock, process, 10_000)
    assert not process.stuck
    assert not process.killed


def test_a_supervisor_that_did_not_run_blames_nobody() -> None:
    """As in a virtual machine that was paused for an hour."""
    clock = Clock()
    patience, process = Patience(10, 60, clock), worker(clock)
    judged(patience, clock, process, 1)
    clock.now += 3600
    patience.judge([process])
    assert not process.stuck
    assert not process.killed
    judged(patience, clock, process, 10)
    assert process.stuck


def test_one_that_drains_or_imports_is_left_alone() -> None:
    """The first has a deadline; an import may take its time."""
    clock = Clock()
    patience = Patience(10, 60, clock)
    importing, draining = worker(clock), worker(clock)
    importing.ready, draining.deadline = False, clock.now + 3600
    for process in (importing, draining):
        judged(patience, clock, process, 100)
        assert not process.killed
        assert not process.stuck
