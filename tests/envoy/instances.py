"""Envoy and the instances behind it, as processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WAIT = 60


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [one.getsockname()[1] for one in sockets]


def until(condition: Callable[[], bool], what: str, within: float = WAIT) -> None:
    """Ask until it holds."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {within} s: {what}")
        time.sleep(0.05)


class Instance:
    """A server on a port, which can be started again."""

    def __init__(self, language: str, port: int, log: Path, *options: str, **env: str) -> None:
        self.name = str(port)
        self.port = port
        bind = f"127.0.0.1:{port}"
        command = {
            "python": [sys.executable, "-m", "spikard", "serve", "fleet", "--app-dir", str(Path(__file__).parent)],
            "rust": [str(ROOT / "target" / "debug" / "fleet_server")],
        }
        self._command = [*command[language], "--bind", bind, *options]
        self._env = {**os.environ, "FLEET_INSTANCE": self.name, **env}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._env, stdout=log, stderr=log)
        until(self._listens, f"{self._command} listens; {self._log} says why")

    def _listens(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._command} ended with {self._process.returncode}; {self._log} says why")
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and wait for the end."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(WAIT)

    def end(self) -> None:
        """Leave nothing behind."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Envoy:
    """Envoy with a configuration as it is committed, but for the ports."""

    def __init__(self, configuration: Path, ports: dict[int, int], folder: Path) -> None:
        text = configuration.read_text()
        for committed, port in ports.items():
            assert f"port_value: {committed}" in text, committed
            text = text.replace(f"port_value: {committed}", f"port_value: {port}")
        file = folder / configuration.name
        file.write_text(text)
        self._admin = ports[9901]
        self._log = folder / "envoy.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [os.environ["ENVOY"], "-c", str(file), "--use-dynamic-base-id", "--concurrency", "2"],
                stdout=log,
                stderr=log,
            )

    def wait_for_healthy(self, ports: set[int]) -> None:
        """Wait until these instances, and no others, pass their health checks."""
        until(lambda: self._healthy() == ports, f"Envoy finds {ports} healthy; {self._log} says more")

    def _healthy(self) -> set[int]:
        if self._process.poll() is not None:
            raise RuntimeError(f"Envoy ended with {self._process.returncode}; {self._log} says why")
        try:
            clusters = self._ask("clusters?format=json")
        except OSError:
            return set()
        hosts = [host for cluster in clusters["cluster_statuses"] for host in cluster.get("host_statuses", [])]
        return {
            host["address"]["socket_address"]["port_value"]
            for host in hosts
            if host["health_status"] == {"eds_health_status": "HEALTHY"}
        }

    def counter(self, name: str) -> int:
        """A statistic."""
        found = self._ask(f"stats?format=json&filter=^{name}$")["stats"]
        return int(found[0]["value"])

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._admin}/{path}", timeout=WAIT) as response:
            return json.load(response)

    def end(self) -> None:
        """Leave nothing behind."""
        self._process.terminate()
        self._process.wait(WAIT)
