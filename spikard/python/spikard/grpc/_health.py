"""The health of services, as the handlers of this process set it."""

from __future__ import annotations

import difflib
import logging
import threading
from collections.abc import Collection
from typing import Protocol
from weakref import WeakSet

logger = logging.getLogger("spikard")


class Reported(Protocol):
    """A server that serves, with the full names of its services."""

    @property
    def services(self) -> Collection[str]: ...

    def set_health(self, service: str, serves: bool, /) -> None:
        """Has its health service say SERVING or NOT_SERVING of a service."""


class Health:
    """Which services of this process are out of service; of servers that start later as well."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._out_of_service: set[str] = set()
        self._servers: WeakSet[Reported] = WeakSet()
        self._refused: str | None = None

    def set(self, service: str, serving: bool) -> None:
        """Sets one of them."""
        if self._refused is not None:
            raise RuntimeError(self._refused)
        with self._lock:
            servers = list(self._servers)
            wrong = _unknown(service, servers)
            if wrong is not None:
                raise ValueError(wrong)
            if serving:
                self._out_of_service.discard(service)
            else:
                self._out_of_service.add(service)
            for server in servers:
                server.set_health(service, serving)

    def add(self, server: Reported) -> None:
        """A server that serves from now on."""
        with self._lock:
            self._servers.add(server)
            for service in self._out_of_service:
                server.set_health(service, False)
                wrong = _unknown(service, list(self._servers))
                if wrong is not None:
                    logger.warning("%s", wrong)

    def discard(self, server: Reported) -> None:
        """A server that serves no longer."""
        with self._lock:
            self._servers.discard(server)

    def refuse(self, text: str) -> None:
        """Has :meth:`set` raise: no server of this process is Python's."""
        self._refused = text


def _unknown(service: str, servers: Collection[Reported]) -> str | None:
    """What is wrong with a name that none of the servers has; before any of them has started, nothing is known."""
    served = sorted({name for server in servers for name in server.services})
    if not servers or not service or service in served:
        return None
    near = difflib.get_close_matches(service, served, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"they serve {', '.join(served)}"
    return f'health.set names "{service}", which no server of this process serves; {hint}'


HEALTH = Health()
