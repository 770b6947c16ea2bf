"""How mistakes and routes are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from spikard._runtime.frames import user_traceback
from spikard._runtime.lifespan import LifespanFailedError
from spikard._runtime.names import ImportFailedError
from spikard._serving.settings import Settings
from spikard._serving.targets import Route

MISTAKE = 2
"""The exit code for a mistake of the user."""


def mistake(error: BaseException) -> NoReturn:
    """Prints what is wrong, and exits."""
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if isinstance(error, ImportFailedError) and error.__cause__ is not None:
        text = f'the module "{error.name}" failed when it was imported:\n{user_traceback(error.__cause__)}'
    if isinstance(error, LifespanFailedError) and error.__cause__ is not None:
        text = f"the lifespan {error.name} failed when it was entered:\n{user_traceback(error.__cause__)}"
    print(f"spikard: error: {text}", file=sys.stderr, flush=True)
    sys.exit(MISTAKE)


def routes_as_json(routes: Iterable[Route], settings: Settings) -> str:
    """The routes, with the effective limits of each."""
    return json.dumps([_route(route, settings) for route in routes], indent=2)


def _route(route: Route, settings: Settings) -> dict[str, Any]:
    declaration = route.declaration
    own = {name: limit for name, limit in declaration.limits.items() if limit is not None}
    return {
        "service": declaration.service,
        "method": declaration.method,
        "path": route.path,
        "kind": declaration.kind.value,
        "handler": route.handler.name,
        "place": route.place,
        "runs": "event loop" if route.handler.on_loop else "thread",
        "limits": {name: own.get(name, getattr(settings, name)) for name in declaration.limits},
    }
