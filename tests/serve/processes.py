"""The command `spikard` as a process of its own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HANDLERS = Path(__file__).resolve().parent / "handlers"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "python"
# The messages of the tests' own .proto files.
MESSAGES = Path(__file__).resolve().parents[1] / "handlers"
WAIT = 30
"""Seconds for what takes no time unless something is wrong."""


class Lines:
    """The lines that a process writes, as they come."""

    def __init__(self, stream: object) -> None:
        self._changed = threading.Condition()
        self._lines: list[str] = []
        self._ended = False
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: object) -> None:
        # A process that was ended closes its pipe, perhaps before its last line is read.
        with contextlib.suppress(ValueError):
            for line in stream:  # type: ignore[attr-defined]
                with self._changed:
                    self._lines.append(line)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def text(self) -> str:
        """What has come so far."""
        with self._changed:
            return "".join(self._lines)

    def whole(self) -> str:
        """All of it, once the process has ended."""
        self._thread.join(WAIT)
        return self.text()

    def wait_for(self, pattern: str, times: int = 1) -> list[re.Match[str]]:
        """Wait until a pattern has been found so many times."""
        found: list[re.Match[str]] = []

        def is_there() -> bool:
            found[:] = re.finditer(pattern, "".join(self._lines))
            return len(found) >= times or self._ended

        with self._changed:
            self._changed.wait_for(is_there, WAIT)
        assert len(found) >= times, f"{pattern!r} was not found {times} times in:\n{self.text()}"
        return found


@dataclass
class Served:
    """A `spikard serve` that runs."""

    process: subprocess.Popen[str]
    out: Lines
    err: Lines
    address: str = ""
    pids: list[int] = field(default_factory=list)

    def stop(self, number: int = signal.SIGTERM, within: float = WAIT) -> int:
        """Send a signal, and wait for the end."""
        self.process.send_signal(number)
        return self.process.wait(within)


def spikard(
    *arguments: str, cwd: Path = HANDLERS, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "spikard", *arguments],
        cwd=cwd,
        env=_environment(env),
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )


@contextmanager
def serving(
    *arguments: str,
    cwd: Path = HANDLERS,
    env: dict[str, str] | None = None,
    workers: int = 1,
    bind: str = "127.0.0.1:0",
    pass_fds: Collection[int] = (),
    stderr: int = subprocess.PIPE,
) -> Generator[Served]:
    """Start `spikard serve` on a free port, and end it. What it writes to `stderr`, another descriptor, is not read."""
    where = ["--bind", bind] if bind else []
    how = ["--workers", str(workers)] if workers > 1 else []
    with subprocess.Popen(
        [sys.executable, "-m", "spikard", "serve", *arguments, *where, *how],
        cwd=cwd,
        env=_environment(env),
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        pass_fds=pass_fds,
    ) as process:
        served = Served(process, Lines(process.stdout), Lines(process.stderr or ()))
        try:
            try:
                ready = served.out.wait_for(
                    r"serving on (\S+)(?: with (?:mutual )?TLS)? \(pid (\d+)\)", max(1, workers)
                )
            except AssertionError as error:
                raise AssertionError(f"{error}\nand on standard error:\n{served.err.text()}") from None
            served.address = ready[0][1]
            served.pids = [int(match[2]) for match in ready]
            yield served
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()


def stat(pid: int) -> list[str]:
    """What the kernel says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu(pid: int) -> float:
    """The seconds of CPU that a process has had."""
    user, system = map(int, stat(pid)[11:13])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def free_port() -> str:
    """An address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def _environment(env: dict[str, str] | None) -> dict[str, str]:
    paths = os.pathsep.join(map(str, (HANDLERS, EXAMPLES, MESSAGES)))
    return {**os.environ, "PYTHONPATH": paths, **(env or {})}
