"""What a server has around its handlers: the lifespan, the middleware, the statuses of exceptions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spikard._runtime import names
from spikard._runtime.around import around
from spikard._runtime.handler import Handler
from spikard._runtime.layer import Layer, layer_of
from spikard._runtime.lifespan import Lifespan
from spikard.grpc._declaration import declared
from spikard.grpc._forms import Part
from spikard.grpc._live import Live
from spikard.grpc._status_of import Table, table_of

if TYPE_CHECKING:
    from spikard._spikard import InboundCall


class Application:
    """What one server has around its handlers.

    A part that cannot be used is a ``TypeError`` or ``ValueError``, or for a name an ``ImportError`` or
    ``AttributeError``; each names the option.
    """

    def __init__(self, lifespan: Part | None, middleware: Sequence[Part] | None, exceptions: Part | None) -> None:
        self.lifespan = None if lifespan is None else Lifespan(lifespan.option, _found(lifespan))
        self._layers = [layer_of(part.option, _found(part)) for part in middleware or ()]
        self._exceptions = None if exceptions is None else _table(exceptions)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def enter(self, on_lost: Callable[[], object] | None = None) -> None:
        """Enters the lifespan, on the loop that the handlers are to run on."""
        self._loop = asyncio.get_running_loop()
        if self.lifespan is not None:
            await self.lifespan.enter(on_lost)

    async def leave(self, within: float) -> None:
        """Leaves the lifespan, within a number of seconds."""
        if self.lifespan is not None:
            await self.lifespan.leave(within)

    def around(self, handler: Handler) -> Handler:
        """A handler with all this around it; itself where there is nothing."""
        layers = [*self._layers, *_of_instance(handler), *_of_method(handler)]
        give_state = None if self.lifespan is None else self._give_state
        if self._exceptions is not None:
            handler = replace(handler, exceptions=self._exceptions)
        if layers:
            handler = around(handler, layers, give_state, self._running_loop)
        return handler if give_state is None else _Stateful.of(handler, give_state)

    def _give_state(self, request: Any) -> None:
        if self.lifespan is not None:
            request.state = self.lifespan.state

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise RuntimeError("the application of this server has not been entered")
        return self._loop


@dataclass(frozen=True, slots=True)
class _Stateful(Handler):
    """A handler whose requests have the state of the lifespan. A class of its own: the others pay nothing for it."""

    give_state: Callable[[Any], None] = lambda _: None

    @classmethod
    def of(cls, handler: Handler, give_state: Callable[[Any], None]) -> Handler:
        fields = {name: getattr(handler, name) for name in Handler.__dataclass_fields__}
        return cls(**fields, give_state=give_state)

    def run(self, call: InboundCall, held: list[Any], live: Live | None = None) -> Any:
        """As :meth:`Handler.run`."""
        self.give_state(held[0])
        return Handler.run(self, call, held, live)


def _of_method(handler: Handler) -> list[Layer]:
    """What ``@grpc_stream(middleware=[…])`` says."""
    declaration = declared(getattr(handler.function, "__func__", handler.function))
    given = () if declaration is None else declaration.middleware
    return [layer_of(f"@grpc_stream on {handler.name}: middleware", one) for one in given]


def _of_instance(handler: Handler) -> list[Layer]:
    """What the instance, or its class, has as its attribute ``middleware``."""
    owner = getattr(handler.function, "__self__", None)
    given = getattr(owner, "middleware", ())
    option = f"the attribute middleware of {type(owner).__qualname__}"
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise TypeError(f"{option} must be a list of functions, outermost first, not {given!r}")
    return [layer_of(option, one) for one in given]


def _found(part: Part) -> Any:
    if not isinstance(part.given, str):
        return part.given
    try:
        return names.find(part.given)
    except names.ImportFailedError:
        raise
    except (ImportError, AttributeError) as error:
        raise type(error)(f"{part.option}: {error}") from None


def _table(part: Part) -> Table:
    found = _found(part)
    if not isinstance(found, Mapping):
        raise TypeError(
            f"{part.option} must be a mapping, as in {{LookupError: StatusCode.NOT_FOUND}}, not {type(found).__name__}"
        )
    try:
        return table_of(found)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{part.option}: {error}") from None
