"""A handler, and whether it runs on the event loop."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from spikard.grpc._status_of import Table
from spikard.grpc._typed import Typed


@dataclass(frozen=True, slots=True)
class Handler:
    """A callable that answers requests, and where it runs."""

    name: str
    """Its name in logs and errors, ``module:callable``."""
    function: Callable[[Any], Any]
    on_loop: bool
    """Whether it runs on the event loop; else in a thread of the pool."""
    typed: Typed | None = None
    """The messages that it takes and gives; ``None`` where both are ``bytes``."""
    exceptions: Table | None = None
    """The statuses of exceptions; ``None`` for the table of the process."""
    yields: bool = False
    """Whether it is a generator with middleware around it, which returns its stream as a response: the initial metadata
    wait for the first message all the same."""

    @property
    def joined(self) -> bool:
        """Whether it takes the messages of a buffered stream joined in one ``bytes``."""
        return self.typed is not None and self.typed.takes is not None and self.typed.takes.parse_all is not None

    def run(self, held: list[Any]) -> Any:
        """Calls the function with the request in a list, which it leaves: no frame below the handler keeps it."""
        if self.typed is not None:
            self.typed.decode(held[0])
        return self.function(held.pop())


def runs_on_loop(function: Any) -> bool:
    """Whether calling `function` gives a coroutine or an async generator, whatever it is wrapped in."""
    return any(inspect.iscoroutinefunction(layer) or inspect.isasyncgenfunction(layer) for layer in _layers(function))


def is_def_generator(function: Any) -> bool:
    """Whether calling `function` gives a generator that is not async."""
    return any(map(inspect.isgeneratorfunction, _layers(function)))


def innermost(function: Any) -> Any:
    """The function that calling `function` runs in the end, below what it is wrapped in."""
    *_, last = _layers(function)
    return last


def _layers(function: Any) -> Iterator[Any]:
    """What is called, and what it is wrapped in: the outermost first."""
    seen: set[int] = set()
    while id(function) not in seen:
        seen.add(id(function))
        yield function
        function = _inner(function)


def _inner(function: Any) -> Any:
    if isinstance(function, functools.partial):
        return function.func
    if inspect.ismethod(function):
        return function.__func__
    wrapped = getattr(function, "__wrapped__", None)
    if wrapped is not None:
        return wrapped
    if not inspect.isroutine(function) and not inspect.isclass(function):
        # Of the type: that is what calling the object runs.
        return inspect.getattr_static(type(function), "__call__", function)
    return function
