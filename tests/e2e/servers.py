"""Servers as processes of their own."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"


@dataclass
class Server:
    """A server that runs, and the file of its log."""

    process: subprocess.Popen[str]
    address: str
    log: Path


@contextmanager
def running(binary: str, log: Path, *options: str, env: dict[str, str] | None = None) -> Generator[Server]:
    """Start a server, wait until it listens, and stop it in the end."""
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            [BINARIES / binary, *options],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, **(env or {})},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = "listening on "
            lines = (line.strip() for line in process.stdout)
            address = next((line for line in lines if line.startswith(said)), None)
            assert address is not None, f"{binary} did not start:\n{log.read_text()}"
            yield Server(process, address.removeprefix(said), log)
        finally:
            process.terminate()
