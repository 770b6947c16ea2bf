"""Several processes that share an address, and the one that starts them."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

from spikard._serving import sockets
from spikard._serving.reload import Watcher
from spikard._serving.settings import Settings
from spikard._serving.worker import VARIABLE

logger = logging.getLogger("spikard")

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# A worker ends itself 0.75 s after the grace period; what is still there then is ended.
_KILL_AFTER = 0.88
# A worker that lived this long has not died of what it died of before.
_SETTLED = 10.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0
_MISTAKE = 2


def supervise(arguments: list[str], settings: Settings, *, workers: int, watched: str | None) -> int:
    """Serves with several processes until a signal; answers the exit code.

    `watched` is a folder: a change in it starts the workers anew.
    """
    listening = sockets.listen_shared(settings.address, workers)
    path = settings.address.path
    # Known from the start: what is there at the end may be another server's.
    inode = None if path is None else os.stat(path).st_ino
    try:
        return _Supervisor(arguments, settings.grace, listening, workers, watched).run()
    finally:
        if path is not None:
            sockets.remove_unix_socket(path, inode)


@dataclass
class _Slot:
    """A place for a worker: the socket stays while processes come and go."""

    number: int
    listening: socket.socket
    process: subprocess.Popen[bytes] | None = None
    line: socket.socket | None = None
    said: bytes = b""
    ready: bool = False
    ending: bool = False
    """Whether the process has been told to end: a second signal would cut its calls off."""
    started: float = 0.0
    pause: float = 0.0
    due: float | None = None
    """When it is to be started (again); ``None`` while it runs or waits for something else."""


@dataclass
class _Supervisor:
    arguments: list[str]
    grace: float
    listening: list[socket.socket]
    workers: int
    watched: str | None
    slots: list[_Slot] = field(default_factory=list)
    deadline: float | None = None
    """When the last worker must be gone; set by the first signal."""
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
        self.slots = [_Slot(n + 1, self.listening[n % len(self.listening)]) for n in range(self.workers)]
        # The others start when the first has: what is wrong with the targets is then said once.
        self.slots[0].due = 0.0
        try:
            while self.deadline is None or any(slot.process for slot in self.slots):
                self._start_due()
                self._wait(wake)
                self._look_after()
            return self.code
        finally:
            if watcher is not None:
                watcher.close()
            for slot in self.slots:
                if slot.process is not None:
                    slot.process.kill()
                    slot.process.wait()
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            self.selector.close()
            wake.close()
            self.wake.close()

    def _start_due(self) -> None:
        now = time.monotonic()
        for slot in self.slots:
            if slot.due is not None and slot.due <= now:
                slot.due = None
                self._start(slot)

    def _start(self, slot: _Slot) -> None:
        try:
            slot.process, line = self._spawn(slot.listening)
        except OSError as error:
            self._put_off(slot, error)
            return
        slot.line, slot.said, slot.started = line, b"", time.monotonic()
        slot.ready = slot.ending = False
        self.selector.register(line, selectors.EVENT_READ, slot)

    def _put_off(self, slot: _Slot, error: OSError) -> None:
        # No process or descriptor is left for now, which is no reason to end those that serve.
        pause = max(slot.pause, _FIRST_PAUSE)
        slot.pause = min(pause * 2, _LONGEST_PAUSE)
        slot.due = time.monotonic() + pause
        reason = error.strerror or error
        logger.error("worker %d cannot be started: %s; trying again in %.3g s", slot.number, reason, pause)

    def _spawn(self, listening: socket.socket) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """A new worker, and the line to it."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        told = {"listening": listening.fileno(), "line": theirs.fileno()}
        try:
            process = subprocess.Popen(
                [sys.executable, *subprocess._args_from_interpreter_flags(), "-m", "spikard", *self.arguments],  # type: ignore[attr-defined]
                env={**os.environ, VARIABLE: json.dumps(told)},
                pass_fds=tuple(told.values()),
                # Ctrl-C in a terminal reaches the supervisor alone, which then tells the workers.
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return process, ours

    def _wait(self, wake: socket.socket) -> None:
        times = [slot.due for slot in self.slots if slot.due is not None]
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
            for slot in self.slots:
                if slot.process is not None:
                    slot.process.kill()
            logger.warning("a second signal: the workers are ended at once")
            self.code = 128 + number
            return
        self.deadline = time.monotonic() + self.grace + _KILL_AFTER
        logger.info("draining: the workers have %.3g s for the calls in flight", self.grace)
        self._stop_workers()
        # Nobody takes what would come in here any more.
        for listening in self.listening:
            listening.close()

    def _stop_workers(self) -> None:
        for slot in self.slots:
            slot.due = None
            if slot.process is not None and not slot.ending:
                slot.ending = True
                slot.process.terminate()

    def _on_change(self, names: list[str]) -> None:
        self.changed = names
        with contextlib.suppress(OSError):
            self.wake.send(b"\0")

    def _listen(self, slot: _Slot) -> None:
        if slot.line is None:
            return
        try:
            said = slot.line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self._hang_up(slot)
            return
        slot.said += said
        if slot.said.endswith(b"\n") and not slot.ready:
            slot.ready = True
            self._announce(slot, json.loads(slot.said))

    def _announce(self, slot: _Slot, told: dict[str, str]) -> None:
        if not self.announced:
            self.announced = True
            _say(f"{told['table']}\n")
        pid = None if slot.process is None else slot.process.pid
        _say(f"worker {slot.number} serving on {told['address']} (pid {pid})")
        # One that is ready only after it was told to end starts no others: they would not know of the change.
        if slot is self.slots[0] and self.deadline is None and not self.reloading:
            for other in self.slots[1:]:
                if other.process is None and other.due is None:
                    other.due = 0.0

    def _hang_up(self, slot: _Slot) -> None:
        if slot.line is not None:
            self.selector.unregister(slot.line)
            slot.line.close()
            slot.line = None

    def _look_after(self) -> None:
        for slot in self.slots:
            if slot.process is not None and slot.process.poll() is not None:
                self._listen(slot)
                self._hang_up(slot)
                self._on_exit(slot, slot.process)
        if self.changed and self.deadline is None:
            logger.info("changed: %s; starting anew", ", ".join(self.changed))
            self.changed = []
            self.reloading = True
            self._stop_workers()
        if self.reloading and not any(slot.process for slot in self.slots):
            self.reloading = False
            self.announced = False
            for slot in self.slots:
                slot.pause = 0.0
            self.slots[0].due = 0.0
        if self.deadline is not None and self.deadline <= time.monotonic():
            for slot in self.slots:
                if slot.process is not None:
                    logger.error("worker %d (pid %d) does not end and is ended", slot.number, slot.process.pid)
                    slot.process.kill()
                    slot.process.wait()
                    slot.process = None
                    self.code = self.code or 1

    def _on_exit(self, slot: _Slot, process: subprocess.Popen[bytes]) -> None:
        slot.process = None
        code = process.returncode
        if self.deadline is not None:
            if code not in (0, -signal.SIGTERM) and self.code == 0:
                self.code = 1
            return
        if self.reloading:
            return
        if not slot.ready and self.watched is not None:
            logger.error("worker %d could not start; waiting for a change", slot.number)
            return
        if not slot.ready and not self.announced:
            # The first of all: it has said why.
            if code != _MISTAKE:
                logger.error("worker %d (pid %d) %s before it was ready", slot.number, process.pid, _how(code))
            self.code = _MISTAKE if code == _MISTAKE else 1
            self.deadline = time.monotonic() + _KILL_AFTER
            self._stop_workers()
            return
        settled = time.monotonic() - slot.started > _SETTLED
        pause = 0.0 if settled else slot.pause
        slot.pause = _FIRST_PAUSE if settled or pause == 0.0 else min(pause * 2, _LONGEST_PAUSE)
        slot.due = time.monotonic() + pause
        logger.error(
            "worker %d (pid %d) %s; starting it again %s",
            slot.number,
            process.pid,
            _how(code),
            f"in {pause:.3g} s" if pause else "now",
        )


def _say(text: str) -> None:
    """Prints; where that fails, the workers serve all the same."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Who read has gone, as in `spikard serve … | tee log`. What Python still holds for it goes nowhere, or else the
        # exit code would be that of the failure.
        with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except OSError as error:  # a disk that is full
        logger.warning("cannot write to standard output: %s", error.strerror or error)


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _received(wake: socket.socket) -> bytes:
    try:
        return wake.recv(4096)
    except BlockingIOError:
        return b""


def _nothing(number: int, frame: FrameType | None) -> None:
    """Lets the wake-up descriptor speak."""
