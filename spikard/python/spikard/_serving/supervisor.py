"""Starts worker processes that share an address, and restarts them."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from types import FrameType

from spikard._serving import sockets
from spikard._serving.console import say
from spikard._serving.reload import Watcher
from spikard._serving.settings import Settings
from spikard._serving.worker_process import WorkerProcess, how

logger = logging.getLogger("spikard")

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# A worker ends itself 0.75 s after the grace period; one that has not is killed.
_KILL_AFTER = 0.88
_MISTAKE = 2


def supervise(
    arguments: list[str], settings: Settings, *, search_path: list[str], workers: int, watched: str | None
) -> int:
    """Serves with several processes until a signal; returns the exit code.

    `search_path` is the module search path that this process was started with; the workers start with it, too.
    `watched` is a folder: a change in it restarts the workers.
    """
    listening = sockets.listen_shared(settings.address, workers)
    path = settings.address.path
    # Read at the start: at the end, the file may be another server's.
    inode = None if path is None else os.stat(path).st_ino
    try:
        return _Supervisor(
            arguments, search_path, settings.drain_delay + settings.grace, listening, workers, watched
        ).run()
    finally:
        if path is not None:
            sockets.remove_unix_socket(path, inode)


@dataclass
class _Supervisor:
    arguments: list[str]
    search_path: list[str]
    drain: float
    """Seconds that a drain may take."""
    listening: list[socket.socket]
    workers: int
    watched: str | None
    processes: list[WorkerProcess] = field(default_factory=list)
    deadline: float | None = None
    """When the last worker must have ended; set by the first signal."""
    code: int = 0
    announced: bool = False
    changed: list[str] = field(default_factory=list)
    reloading: bool = False

    def run(self) -> int:
        self.selector = selectors.DefaultSelector()
        wake, self.wake = socket.socketpair()
        wake.setblocking(False)
        self.wake.setblocking(False)
        self.selector.register(wake, selectors.EVENT_READ, None)
        before = {number: signal.signal(number, _nothing) for number in (*_SIGNALS, signal.SIGCHLD)}
        wakeup = signal.set_wakeup_fd(self.wake.fileno(), warn_on_full_buffer=False)
        watcher = None if self.watched is None else Watcher(self.watched, self._on_change)
        self.processes = [WorkerProcess(n + 1, self.listening[n % len(self.listening)]) for n in range(self.workers)]
        # The others start once the first is ready: a mistake in the targets is then reported once.
        self.processes[0].due = 0.0
        try:
            while self.deadline is None or any(worker.process for worker in self.processes):
                self._start_due()
                self._wait(wake)
                self._look_after()
            return self.code
        finally:
            if watcher is not None:
                watcher.close()
            for worker in self.processes:
                worker.kill()
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            self.selector.close()
            wake.close()
            self.wake.close()

    def _start_due(self) -> None:
        now = time.monotonic()
        for worker in self.processes:
            if worker.due is not None and worker.due <= now:
                worker.due = None
                self._start(worker)

    def _start(self, worker: WorkerProcess) -> None:
        try:
            line = worker.start(self.arguments, self.search_path)
        except OSError as error:
            _try_again(worker, error)
            return
        self.selector.register(line, selectors.EVENT_READ, worker)

    def _wait(self, wake: socket.socket) -> None:
        times = [worker.due for worker in self.processes if worker.due is not None]
        if self.deadline is not None:
            times.append(self.deadline)
        timeout = max(0.0, min(times) - time.monotonic()) if times else None
        for key, _ in self.selector.select(timeout):
            if key.data is None:
                for number in _received(wake):
                    self._on_signal(number)
            else:
                self._listen(key.data)

    def _on_signal(self, number: int) -> None:
        if number not in _SIGNALS:
            return
        if self.deadline is not None:
            for worker in self.processes:
                if worker.process is not None:
                    worker.process.kill()
            logger.warning("second signal: killing the workers")
            self.code = 128 + number
            return
        self.deadline = time.monotonic() + self.drain + _KILL_AFTER
        logger.info("draining: the workers have %.3g s for the calls in flight", self.drain)
        self._stop_workers()
        # New connections are refused from now on.
        for listening in self.listening:
            listening.close()

    def _stop_workers(self) -> None:
        for worker in self.processes:
            worker.due = None
            worker.terminate()

    def _on_change(self, names: list[str]) -> None:
        self.changed = names
        with contextlib.suppress(OSError):
            self.wake.send(b"\0")

    def _listen(self, worker: WorkerProcess) -> None:
        if worker.line is None:
            return
        try:
            said = worker.line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self._hang_up(worker)
            return
        worker.said += said
        if worker.said.endswith(b"\n") and not worker.ready:
            worker.ready = True
            self._announce(worker, json.loads(worker.said))

    def _announce(self, worker: WorkerProcess, told: dict[str, str]) -> None:
        if not self.announced:
            self.announced = True
            say(f"{told['table']}\n")
        pid = None if worker.process is None else worker.process.pid
        say(f"worker {worker.number} serving on {told['address']} (pid {pid})")
        # Not if it was told to end meanwhile: the others would miss the change.
        if worker is self.processes[0] and self.deadline is None and not self.reloading:
            for other in self.processes[1:]:
                if other.process is None and other.due is None:
                    other.due = 0.0

    def _hang_up(self, worker: WorkerProcess) -> None:
        if worker.line is not None:
            self.selector.unregister(worker.line)
            worker.line.close()
            worker.line = None

    def _look_after(self) -> None:
        for worker in self.processes:
            if worker.process is not None and worker.process.poll() is not None:
                self._listen(worker)
                self._hang_up(worker)
                self._on_exit(worker, worker.process)
        if self.changed and self.deadline is None:
            logger.info("changed: %s; restarting", ", ".join(self.changed))
            self.changed = []
            self.reloading = True
            self._stop_workers()
        if self.reloading and not any(worker.process for worker in self.processes):
            self.reloading = False
            self.announced = False
            for worker in self.processes:
                worker.pause = 0.0
            self.processes[0].due = 0.0
        if self.deadline is not None and self.deadline <= time.monotonic():
            for worker in self.processes:
                if worker.process is not None:
                    logger.error("worker %d (pid %d) does not end: killing it", worker.number, worker.process.pid)
                    worker.kill()
                    worker.process = None
                    self.code = self.code or 1

    def _on_exit(self, worker: WorkerProcess, process: subprocess.Popen[bytes]) -> None:
        worker.process = None
        code = process.returncode
        if self.deadline is not None:
            if code not in (0, -signal.SIGTERM) and self.code == 0:
                self.code = 1
            return
        if self.reloading:
            return
        if not worker.ready and self.watched is not None:
            logger.error("worker %d could not start; waiting for a change", worker.number)
            return
        if not worker.ready and not self.announced:
            # The first worker has reported why.
            if code != _MISTAKE:
                logger.error("worker %d (pid %d) %s before it was ready", worker.number, process.pid, how(code))
            self.code = _MISTAKE if code == _MISTAKE else 1
            self.deadline = time.monotonic() + _KILL_AFTER
            self._stop_workers()
            return
        pause = worker.restart()
        logger.error(
            "worker %d (pid %d) %s; restarting it %s",
            worker.number,
            process.pid,
            how(code),
            f"in {pause:.3g} s" if pause else "now",
        )


def _try_again(worker: WorkerProcess, error: OSError) -> None:
    # Out of processes or descriptors for now; the workers that serve go on.
    reason, pause = error.strerror or error, worker.retry()
    logger.error("worker %d cannot be started: %s; trying again in %.3g s", worker.number, reason, pause)


def _received(wake: socket.socket) -> bytes:
    try:
        return wake.recv(4096)
    except BlockingIOError:
        return b""


def _nothing(number: int, frame: FrameType | None) -> None:
    """Only the wake-up descriptor is needed."""
