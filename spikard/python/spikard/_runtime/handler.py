"""A handler, and whether it runs on the event loop."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Handler:
    """A callable that answers requests, and where it runs."""

    name: str
    """Its name in logs and errors, ``module:callable``."""
    function: Callable[[Any], Any]
    on_loop: bool
    """Whether it runs on the event loop; else in a thread of the pool."""


def runs_on_loop(function: Any) -> bool:
    """Whether calling `function` gives a coroutine or an async generator, whatever it is wrapped in."""
    seen: set[int] = set()
    while id(function) not in seen:
        seen.add(id(function))
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            return True
        function = _inner(function)
    return False


def is_def_generator(function: Any) -> bool:
    """Whether calling `function` gives a generator that is not async."""
    seen: set[int] = set()
    while id(function) not in seen:
        seen.add(id(function))
        if inspect.isgeneratorfunction(function):
            return True
        function = _inner(function)
    return False


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
