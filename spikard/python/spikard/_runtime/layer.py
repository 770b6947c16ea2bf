"""One function of the middleware, checked."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import Any

from spikard.grpc._around import RESPONSES
from spikard.grpc._declaration import declared
from spikard.grpc._layers import innermost, runs_on_loop
from spikard.grpc._listed import stream
from spikard.grpc._misuse import MisuseError
from spikard.grpc._response import GrpcDuplexResponse
from spikard.grpc._signature import signature_of


@dataclass(frozen=True, slots=True)
class Layer:
    """A function around handlers, and where it runs."""

    name: str
    """For logs and errors, ``auth:authenticate``."""
    function: Any
    on_loop: bool
    """Whether it is an ``async def``."""

    def checked(self, response: Any, request: Any) -> Any:
        """What it has returned, if that is a response."""
        if isinstance(response, RESPONSES):
            if isinstance(response, GrpcDuplexResponse):
                # Assigned, it may be any iterable, such as a generator that is no async one.
                response.messages = stream(response.messages)
            return response
        path = f"/{request.service_name}/{request.method_name}"
        if inspect.isawaitable(response):
            if inspect.iscoroutine(response):
                response.close()
            raise MisuseError(
                f"the middleware {self.name} returned an awaitable for {path}, expected a response: write "
                f"return await call_next(request)"
            )
        found = "None" if response is None else type(response).__name__
        raise MisuseError(
            f"the middleware {self.name} returned {found} for {path}, expected a response: return what call_next "
            f"returned, or a response of its own"
        )


def layer_of(option: str, function: Any) -> Layer:
    """Checks a function of the middleware; a ``TypeError`` says what is wrong with it."""
    name = name_of(function)
    wrong = _wrong(function)
    if wrong is not None:
        raise TypeError(f"{option}: {name} {wrong}")
    return Layer(name, function, runs_on_loop(function))


def name_of(function: Any) -> str:
    """The name of a function, ``module:qualname``; of another object, that of its class."""
    if isinstance(function, functools.partial):
        return name_of(function.func)
    known = function if hasattr(function, "__qualname__") else type(function)
    return f"{known.__module__}:{known.__qualname__}"


def _wrong(function: Any) -> str | None:
    if inspect.isclass(function):
        return "is a class: give an instance that can be called, or a function"
    if not callable(function):
        return f"is no function, but {function!r}"
    return _wrong_kind(function) or _wrong_parameters(function)


def _wrong_kind(function: Any) -> str | None:
    if declared(getattr(function, "__func__", function)) is not None:
        return "is a handler, which has @grpc_stream: middleware is a function of its own, of a request and call_next"
    runs = innermost(function)
    if inspect.isasyncgenfunction(runs) or inspect.isgeneratorfunction(runs):
        return (
            "yields: middleware returns a response, and wraps that of a stream as in "
            "response.messages = wrapped(response.messages)"
        )
    return None


def _wrong_parameters(function: Any) -> str | None:
    try:
        signature = signature_of(function, as_text=True)
    except (TypeError, ValueError):
        return None  # a C function without a signature: a mistake shows in its first call
    try:
        signature.bind(object(), object())
    except TypeError:
        return f"must take two arguments, request and call_next; its parameters are {signature}"
    return None
