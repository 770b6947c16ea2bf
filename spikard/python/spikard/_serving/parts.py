"""What a server is made of."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from spikard._native import native
from spikard._runtime.application import Application
from spikard._runtime.handler import Handler
from spikard._serving.reflection import descriptor_set
from spikard._serving.settings import Settings
from spikard._serving.targets import Route

logger = logging.getLogger("spikard")

_HIGHEST_LEVEL = 255


@dataclass(frozen=True, eq=False)
class Reported:
    """A server, as those see it who set the health of its services."""

    services: Collection[str]
    native: Any

    def set_health(self, service: str, serves: bool, /) -> None:
        """Has health say whether a service serves."""
        self.native.set_health(service, serves)


def application_of(checked: Settings) -> Application:
    """What is around the handlers of a server with these settings."""
    return Application(checked.lifespan, checked.middleware, checked.exceptions)


def handlers_of(routes: list[Route], application: Application, checked: Settings) -> list[Handler]:
    """The handlers, with the application around them, and the spans of OpenTelemetry outside of that."""
    handlers = [application.around(route.handler) for route in routes]
    if not checked.otel:
        return handlers
    from spikard._runtime.tracing import traced

    return list(map(traced, handlers))


def native_server(routes: list[Route], checked: Settings) -> Any:
    """The native server of these routes."""
    shown = [descriptor_set(routes)] if checked.reflection else []
    return native().Server(routes, Settings(descriptor_sets=shown, **vars(checked)))


def log_level() -> int:
    """The effective level of the log, as the byte that Rust takes."""
    return max(0, min(logger.getEffectiveLevel(), _HIGHEST_LEVEL))
