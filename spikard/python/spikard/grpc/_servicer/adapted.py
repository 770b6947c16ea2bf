"""Makes a handler of a method of a servicer."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from typing import Any

from spikard.grpc._live import Live
from spikard.grpc._misuse import MisuseError
from spikard.grpc._response import GrpcResponse
from spikard.grpc._servicer.asynchronous import AsyncContext
from spikard.grpc._servicer.blocking import BlockingContext

Function = Callable[..., Any]


def adapted(function: Function, *, asynchronous: bool, streams: bool, one: bool) -> Function:
    """A handler that takes a request and the live call, and runs a method with its context.

    Args:
        function: The method.
        asynchronous: Whether it runs on the event loop.
        streams: Whether the handler yields its response.
        one: Whether the method returns one message.
    """
    if streams:
        make = (_async_one if one else _async_stream) if asynchronous else (_blocking_one if one else _blocking_stream)
    else:
        make = _async_response if asynchronous else _blocking_response
    return functools.wraps(function)(make(function))


def _async_response(function: Function) -> Function:
    async def handle(request: Any, live: Live) -> GrpcResponse[Any]:
        context = AsyncContext(request, live)
        with context.ending():
            return context.response(await function(context.argument(), context))

    return handle


def _blocking_response(function: Function) -> Function:
    def handle(request: Any, live: Live) -> GrpcResponse[Any]:
        context = BlockingContext(request, live)
        with context.ending():
            return context.response(_blocking(function, function(context.argument(), context)))

    return handle


def _async_one(function: Function) -> Function:
    async def handle(request: Any, live: Live) -> AsyncIterator[Any]:
        context = AsyncContext(request, live)
        with context.ending():
            response = await function(context.argument(), context)
            context.finish_stream()
            yield response

    return handle


def _blocking_one(function: Function) -> Function:
    def handle(request: Any, live: Live) -> Iterator[Any]:
        context = BlockingContext(request, live)
        with context.ending():
            response = _blocking(function, function(context.argument(), context))
            context.finish_stream()
            yield response

    return handle


def _async_stream(function: Function) -> Function:
    async def handle(request: Any, live: Live) -> AsyncIterator[Any]:
        context = AsyncContext(request, live)
        with context.ending():
            responses = function(context.argument(), context)
            if isinstance(responses, AsyncIterable):
                try:
                    async for response in responses:
                        yield response
                finally:
                    close = getattr(responses, "aclose", None)
                    if close is not None:
                        await close()
            else:
                await responses  # it sends with context.write
            context.finish_stream()

    return handle


def _blocking_stream(function: Function) -> Function:
    def handle(request: Any, live: Live) -> Iterator[Any]:
        context = BlockingContext(request, live)
        with context.ending():
            yield from _blocking(function, function(context.argument(), context))
            context.finish_stream()

    return handle


def _blocking(function: Function, response: Any) -> Any:
    if inspect.isawaitable(response) or isinstance(response, AsyncIterable):
        name = getattr(function, "__qualname__", function)
        if inspect.iscoroutine(response):
            response.close()
        raise MisuseError(
            f"{name} is a def that returned {type(response).__name__}: what wraps an async def must say so, with "
            f"functools.wraps"
        )
    return response
