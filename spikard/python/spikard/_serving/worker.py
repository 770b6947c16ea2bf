"""A worker, as it sees itself: its socket, and the line to its supervisor."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import MutableMapping
from dataclasses import dataclass

from spikard._serving.server import Server

VARIABLE = "SPIKARD_WORKER"
"""What a supervisor tells a worker; taken out of the environment, since it is for this process alone."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One of several processes that share an address."""

    listening: socket.socket
    line: socket.socket
    """Says that the worker is ready; ends with the supervisor, and for the supervisor with the worker."""

    def life(self) -> int:
        """A descriptor that ends with the supervisor, to be given away."""
        return self.line.dup().detach()

    def ready(self, server: Server) -> None:
        """Tells the supervisor that calls are taken."""
        self.line.sendall(json.dumps({"table": server.table, "address": server.address}).encode() + b"\n")


def worker_of(environment: MutableMapping[str, str]) -> Worker | None:
    """The worker that this process is; ``None`` where no supervisor has started it."""
    text = environment.pop(VARIABLE, None)
    if text is None:
        return None
    told = json.loads(text)
    for name in ("listening", "line"):
        # They are for this process, not for those that a handler may start.
        os.set_inheritable(told[name], False)
    return Worker(socket.socket(fileno=told["listening"]), socket.socket(fileno=told["line"]))
