"""A worker, from its own side: its socket, and its connection to the supervisor."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import MutableMapping
from dataclasses import dataclass

from spikard._serving.server import Server

VARIABLE = "SPIKARD_WORKER"
"""How a supervisor passes descriptors to a worker. Removed from the environment: it is for this process alone."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One of several processes that share an address."""

    listening: socket.socket
    line: socket.socket
    """Connects worker and supervisor. The worker tells that it is ready, and then that it answers; the supervisor may
    tell it to drain within some seconds. It is closed when either of them ends."""
    pages: socket.socket | None
    """Where its pages of metrics go, if the supervisor serves them."""

    def life(self) -> int:
        """A descriptor that the supervisor speaks through until it ends; the caller owns it."""
        return self.line.dup().detach()

    def ready(self, server: Server) -> None:
        """Tells the supervisor that the worker serves, and from now on whether Python answers."""
        self.line.sendall(json.dumps({"table": server.table, "address": server._shown}).encode() + b"\n")
        server._native.report(self.line.dup().detach())
        if self.pages is not None:
            server._native.report_metrics(self.pages.detach())


def worker_of(environment: MutableMapping[str, str]) -> Worker | None:
    """This process as a worker; ``None`` if no supervisor has started it."""
    text = environment.pop(VARIABLE, None)
    if text is None:
        return None
    told = json.loads(text)
    for descriptor in told.values():
        # For this process, not for those that a handler may start.
        os.set_inheritable(descriptor, False)
    given = {name: socket.socket(fileno=descriptor) for name, descriptor in told.items()}
    return Worker(given["listening"], given["line"], given.get("pages"))
