"""Puts middleware around a handler."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from spikard._runtime.handler import Handler
from spikard._runtime.hop import GetLoop, hop
from spikard._runtime.layer import Layer
from spikard.grpc._around import RESPONSES
from spikard.grpc._layers import innermost
from spikard.grpc._listed import Blocking
from spikard.grpc._live import Live
from spikard.grpc._misuse import MisuseError
from spikard.grpc._response import GrpcDuplexResponse

# Of the call that runs in this context.
_LIVE: ContextVar[Live] = ContextVar("spikard_live")

Given = Callable[[Any], None]
"""Gives the state of the lifespan to a request."""


def around(handler: Handler, layers: Sequence[Layer], give_state: Given | None, get_loop: GetLoop) -> Handler:
    """The handler with middleware around it, the first outermost.

    That of an ``async def`` handler must be ``async def``. That of a ``def`` handler may be either, and runs in the
    thread or on the loop. A ``TypeError`` names what does not fit.
    """
    composed = _around(handler, layers, give_state, get_loop)
    runs = innermost(handler.function)
    yields = inspect.isasyncgenfunction(runs) or inspect.isgeneratorfunction(runs)
    if handler.takes_live:
        composed = _given_live(composed)
    return replace(handler, function=composed, yields=yields)


def _around(handler: Handler, layers: Sequence[Layer], give_state: Given | None, get_loop: GetLoop) -> Any:
    inside = _with_live(handler.function) if handler.takes_live else handler.function
    if handler.on_loop:
        for layer in layers:
            if not layer.on_loop:
                raise TypeError(
                    f"the middleware {layer.name} is a def, which would block the event loop, and the handler "
                    f"{handler.name} is an async def: make the middleware an async def with await call_next(request)"
                )
        function = _on_loop(inside, give_state)
        for layer in reversed(layers):
            function = _async(layer, function)
        return function
    function = _in_thread(handler.name, inside, give_state)
    for layer in reversed(layers):
        function = hop(layer, function, get_loop) if layer.on_loop else _def(layer, function)
    return function


def _given_live(composed: Any) -> Any:
    """Keeps the live call for the handler: middleware takes the request alone."""

    def run(request: Any, live: Live) -> Any:
        _LIVE.set(live)
        return composed(request)

    return run


def _with_live(function: Any) -> Any:
    def run(request: Any) -> Any:
        return function(request, _LIVE.get())

    return run


def _async(layer: Layer, call_next: Any) -> Any:
    function = layer.function

    async def run(request: Any) -> Any:
        return layer.checked(await function(request, call_next), request)

    return run


def _def(layer: Layer, call_next: Any) -> Any:
    function = layer.function

    def run(request: Any) -> Any:
        return layer.checked(function(request, call_next), request)

    return run


def _on_loop(function: Any, give_state: Given | None) -> Any:
    async def run(request: Any) -> Any:
        if give_state is not None:
            # Middleware may have made another request.
            give_state(request)
        answered = function(request)
        if inspect.isawaitable(answered):
            answered = await answered
        if not isinstance(answered, RESPONSES) and isinstance(answered, AsyncIterable):
            answered = GrpcDuplexResponse(answered)
            request.call._response_metadata.source = answered.messages
        return answered

    return run


def _in_thread(name: str, function: Any, give_state: Given | None) -> Any:
    def run(request: Any) -> Any:
        if give_state is not None:
            give_state(request)
        answered = function(request)
        if inspect.isawaitable(answered):
            if inspect.iscoroutine(answered):
                answered.close()
            raise MisuseError(
                f"{name} is a def that returned an awaitable, and has middleware around it: make it async def"
            )
        if inspect.isgenerator(answered):
            request.call._response_metadata.source = answered
            answered = GrpcDuplexResponse(Blocking(answered))
        return answered

    return run
