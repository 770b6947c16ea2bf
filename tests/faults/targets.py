"""The servers that the faults are tried on: the same service in both languages, as a process each."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from raw_client import WINDOW_UPDATE, RawClient
from wire import grpc

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
HANDLERS = Path(__file__).resolve().parent / "handlers"
WAIT = 30
"""Seconds for what takes no time unless something is wrong."""

KIB, MIB = 1 << 10, 1 << 20
SERVICE = "/faults.Faults"


@dataclass
class Target:
    """A server that runs."""

    address: str
    process: subprocess.Popen[str]
    log: Path
    clients: list[RawClient] = field(default_factory=list)

    def client(self, *, silent: bool = False, **options: Any) -> RawClient:
        """A connection that does what the test tells it, closed in the end."""
        client = RawClient(self.address, WAIT, silent=silent, **options)
        self.clients.append(client)
        if not silent:
            # After its SETTINGS, the server opens the connection's window.
            client.until(WINDOW_UPDATE)
        return client

    def channel(self, **options: Any) -> Any:
        """A connection of grpcio, which no other channel shares."""
        options = {"use_local_subchannel_pool": 1, **options}
        return grpc.insecure_channel(self.address, [(f"grpc.{name}", value) for name, value in options.items()])

    def is_served(self) -> bool:
        """Whether somebody else's call is answered."""
        with self.channel() as others:
            answer: bytes = others.unary_unary(f"{SERVICE}/Echo")(b"here", timeout=WAIT)
            return answer == b"here"

    def seen(self) -> list[int]:
        """The numbers of messages that handlers have seen since this was asked last."""
        with self.channel() as others:
            return [int(number) for number in others.unary_unary(f"{SERVICE}/Seen")(b"", timeout=WAIT).split()]

    def memory(self) -> int:
        """Its resident memory, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status")
        if status.exists():
            [line] = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
            return int(line.split()[1]) * KIB
        said = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(said.stdout) * KIB


Start = Callable[..., Target]
"""Starts a server with the options of `spikard serve`."""


@contextmanager
def serving(language: str, folder: Path, **options: object) -> Generator[Target]:
    """Start a server; the options are those of `spikard serve`."""
    flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    if language == "python":
        command = [
            sys.executable,
            "-m",
            "spikard",
            "serve",
            "faulty",
            "--bind",
            "127.0.0.1:0",
            "--log-level",
            "debug",
            *flags,
        ]
        said = "serving on "
    else:
        command = [str(BINARIES / "faults_server"), *flags]
        said = "listening on "
    log = folder / "log"
    env = {**os.environ, "PYTHONPATH": str(HANDLERS)}
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=env) as process,
    ):
        try:
            assert process.stdout is not None
            line = next((line for line in process.stdout if line.startswith(said)), None)
            assert line is not None, f"the server did not start:\n{log.read_text()}"
            target = Target(line.removeprefix(said).split()[0], process, log)
            try:
                yield target
            finally:
                for client in target.clients:
                    client.close()
            assert process.poll() is None, f"the server has ended:\n{log.read_text()}"
        finally:
            process.kill()
