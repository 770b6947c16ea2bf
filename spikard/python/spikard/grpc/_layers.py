"""What a callable is wrapped around, and whether it is async."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from typing import Any


def runs_on_loop(function: Any) -> bool:
    """Whether calling `function` gives a coroutine or an async generator, whatever it is wrapped in."""
    return any(inspect.iscoroutinefunction(layer) or inspect.isasyncgenfunction(layer) for layer in _layers(function))


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
