"""Starts worker processes that share an address, restarts them, and replaces those that are stuck or old."""

from __future__ import annotations

import gc
import logging
import os
import selectors
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spikard._native import native
from spikard._serving import sockets
from spikard._serving.console import say
from spikard._serving.reload import Watcher
from spikard._serving.rollout import Rollout
from spikard._serving.settings import Settings
from spikard._serving.silence import Patience
from spikard._serving.slot import Slot, regroup
from spikard._serving.wakeup import Wakeup
from spikard._serving.worker_process import WorkerProcess, how, kill

if TYPE_CHECKING:
    from spikard._spikard import MetricsPage

logger = logging.getLogger("spikard")

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# A worker ends itself 0.75 s after the grace period; one that has not is killed.
_KILL_AFTER = 0.88
_MISTAKE = 2
# The grace period of a reload: an open stream would delay the new code.
_RELOAD_GRACE = 1.0
# A worker that falls silent wakes nobody.
_LOOK_AFTER = 0.5


def supervise(arguments: list[str], settings: Settings, *, workers: int, watched: str | None) -> int:
    """Serves with several processes until a signal; returns the exit code.

    `watched` is a folder: a change in it restarts the workers.
    """
    # What has been imported stays. Python would scan it at its end, for longer than a worker takes to end, and the
    # bound of a drain is the supervisor's too.
    gc.freeze()
    page = None
    if settings.metrics is not None:
        metrics = sockets.listen_for_metrics(settings.metrics)
        page = native().MetricsPage(metrics.detach())
    listening = sockets.bind(settings.address, workers, reuse_port=settings.reuse_port)
    path = settings.address.path
    # Read at the start: at the end, the file may be another server's.
    inode = None if path is None else os.stat(path).st_ino
    try:
        return _Supervisor(arguments, settings, listening, workers, watched, page).run()
    finally:
        if page is not None:
            page.close()
        if path is not None:
            sockets.remove_unix_socket(path, inode)


@dataclass
class _Supervisor:
    arguments: list[str]
    settings: Settings
    listening: list[socket.socket]
    workers: int
    watched: str | None
    page: MetricsPage | None
    ending: bool = False
    """Whether a signal, or a mistake, ends the workers for good."""
    code: int = 0
    served: bool = False
    """Whether a worker has ever been ready."""
    announced: bool = False
    changed: list[str] = field(default_factory=list)
    reloading: bool = False

    def run(self) -> int:
        self.slots = [
            Slot(
                n + 1,
                self.listening[n % len(self.listening)],
                shared=len(self.listening) == 1,
                metrics=self.page is not None,
            )
            for n in range(self.workers)
        ]
        self.drain = self.settings.drain_delay + self.settings.grace
        self.rollout = Rollout(self.slots, self.drain + _KILL_AFTER)
        # Whoever changes the code may hold a worker in a debugger.
        killed_after = 0.0 if self.watched is not None else self.settings.worker_timeout
        self.patience = Patience(self.settings.unhealthy_after, killed_after)
        # Under nohup, it stays ignored.
        hangup = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
        with (
            selectors.DefaultSelector() as self.selector,
            closing(Wakeup((*_SIGNALS, *hangup, signal.SIGCHLD))) as self.wakeup,
            nullcontext() if self.watched is None else closing(Watcher(self.watched, self._on_change)),
        ):
            self.selector.register(self.wakeup, selectors.EVENT_READ, None)
            # The others start once the first is ready: a mistake in the targets is then reported once.
            self.slots[0].due = 0.0
            try:
                while not self.ending or any(self._processes()):
                    self._step()
            finally:
                kill(self._processes())
        return self.code

    def _step(self) -> None:
        self._start_due()
        self._wait()
        self._look_after()
        if self.ending:
            return
        self._reload()
        started = self.rollout.step(self.arguments)
        if started is not None:
            self._follow(started)
        self.patience.judge(self._current())
        if not self.reloading:
            regroup(self.slots)

    def _processes(self) -> Iterator[WorkerProcess]:
        for slot in self.slots:
            yield from slot.processes()

    def _current(self) -> Iterator[WorkerProcess]:
        return (slot.current for slot in self.slots if slot.current is not None)

    def _start_due(self) -> None:
        now = time.monotonic()
        for slot in self.slots:
            if slot.due is None or slot.due > now:
                continue
            slot.due = None
            try:
                self._follow(slot.start(self.arguments))
            except OSError as error:
                _try_again(slot, error)

    def _follow(self, process: WorkerProcess) -> None:
        self.selector.register(process.line, selectors.EVENT_READ, process)  # type: ignore[arg-type]
        if self.page is not None and process.pages is not None:
            self.page.follow(process.pages.detach())

    def _wait(self) -> None:
        now = time.monotonic()
        times = [slot.due for slot in self.slots if slot.due is not None]
        times += [process.deadline for process in self._processes() if process.deadline is not None]
        if any(process.ready for process in self._processes()):
            times.append(now + _LOOK_AFTER)
        timeout = max(0.0, min(times) - now) if times else None
        for key, _ in self.selector.select(timeout):
            if key.data is None:
                for number in self.wakeup.received():
                    self._on_signal(number)
            else:
                self._hear(key.data)

    def _on_signal(self, number: int) -> None:
        if number == signal.SIGHUP:
            if not self.ending and not self.reloading:
                logger.info("SIGHUP: replacing the workers one by one")
                self.announced = False
                self.rollout.begin()
            return
        if number not in _SIGNALS:
            return
        if self.ending:
            kill(self._processes())
            logger.warning("second signal: killing the workers")
            self.code = 128 + number
            return
        logger.info("draining: the workers have %.3g s for the calls in flight", self.drain)
        if not self.served:
            self.code = 128 + number
        self._end()

    def _end(self) -> None:
        self.ending = True
        self._drain_all(self.drain)
        # New connections are refused once the workers have closed their sockets too.
        for listening in self.listening:
            listening.close()

    def _drain_all(self, within: float, *, grace: float | None = None) -> None:
        self.rollout.cancel()
        for slot in self.slots:
            slot.due = None
        for process in self._processes():
            process.drain(within + _KILL_AFTER, grace=grace)

    def _on_change(self, names: list[str]) -> None:
        self.changed = names
        self.wakeup.wake()

    def _reload(self) -> None:
        if self.changed:
            grace = min(self.settings.grace, _RELOAD_GRACE)
            names = ", ".join(self.changed)
            logger.info("changed: %s; restarting: the calls in flight have %.3g s", names, grace)
            self.changed = []
            self.reloading = True
            self._drain_all(self.settings.drain_delay + grace, grace=grace)
            # Clients wait for the first worker, which starts alone.
            for slot in self.slots[1:]:
                slot.leave()
        if self.reloading and not any(self._processes()):
            self.reloading = False
            self.announced = False
            for slot in self.slots:
                slot.pause = 0.0
            self.slots[0].due = 0.0

    def _hear(self, process: WorkerProcess) -> None:
        told = process.hear()
        if told is not None:
            self._on_ready(process, told)
        if process.line_ended:
            self._hang_up(process)

    def _on_ready(self, process: WorkerProcess, told: dict[str, Any]) -> None:
        self.served = True
        if not (self.ending or self.reloading):
            # Before it is said: who reads that may connect at once, and what dead workers have not accepted is reset.
            regroup(self.slots)
        if not self.announced:
            self.announced = True
            say(f"{told['table']}\n")
        say(f"worker {process.number} serving on {told['address']} (pid {process.pid})")
        # Not if it was told to end meanwhile: the others would miss the change.
        if process.deadline is not None or self.ending or self.reloading:
            return
        self.rollout.on_ready(process)
        if process is self.slots[0].current:
            for other in self.slots[1:]:
                if other.current is None and other.due is None:
                    other.due = 0.0

    def _hang_up(self, process: WorkerProcess) -> None:
        if process.line is not None:
            self.selector.unregister(process.line)
            process.hang_up()

    def _look_after(self) -> None:
        now = time.monotonic()
        late: list[WorkerProcess] = []
        for slot in self.slots:
            for process in list(slot.processes()):
                if process.process.poll() is not None:
                    self._hear(process)
                    self._hang_up(process)
                    self._on_exit(slot, process)
                elif process.deadline is not None and process.deadline <= now:
                    logger.error("worker %d (pid %d) does not end: killing it", process.number, process.pid)
                    late.append(process)
                    if self.ending:
                        self.code = self.code or 1
        kill(late)

    def _on_exit(self, slot: Slot, process: WorkerProcess) -> None:
        code = process.process.returncode
        if process is not slot.current:
            self.rollout.on_exit(slot, process)
        elif self.ending or self.reloading:
            slot.current = None
        elif not process.ready and self.watched is not None:
            slot.current = None
            logger.error("worker %d could not start; waiting for a change", slot.number)
        elif not process.ready and not self.served:
            slot.current = None
            # The first worker has reported why.
            if code != _MISTAKE:
                logger.error("worker %d (pid %d) %s before it was ready", slot.number, process.pid, how(code))
            self.code = _MISTAKE if code == _MISTAKE else 1
            self._end()
        else:
            pause = slot.restart()
            when = f"in {pause:.3g} s" if pause else "now"
            logger.error("worker %d (pid %d) %s; restarting it %s", slot.number, process.pid, how(code), when)
        if self.ending and code not in (0, -signal.SIGTERM) and self.code == 0:
            self.code = 1


def _try_again(slot: Slot, error: OSError) -> None:
    # Out of processes or descriptors for now; the workers that serve go on.
    reason, pause = error.strerror or error, slot.retry()
    logger.error("worker %d cannot be started: %s; trying again in %.3g s", slot.number, reason, pause)
