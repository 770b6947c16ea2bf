"""OpenTelemetry's spans around handlers, with the attributes of its conventions for RPC servers."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, Tracer
from opentelemetry.trace import StatusCode as SpanStatus

from spikard._runtime.handler import Handler
from spikard.grpc._call import Call
from spikard.grpc._listed import Listed
from spikard.grpc._live import Live
from spikard.grpc._response import GrpcDuplexResponse
from spikard.grpc._status import StatusCode
from spikard.grpc._status_of import Table, status_of

# The codes that the conventions count as errors of a server; the others are the client's.
_FAULTS = frozenset(
    {
        StatusCode.UNKNOWN,
        StatusCode.DEADLINE_EXCEEDED,
        StatusCode.UNIMPLEMENTED,
        StatusCode.INTERNAL,
        StatusCode.UNAVAILABLE,
        StatusCode.DATA_LOSS,
    }
)


def traced(handler: Handler) -> Handler:
    """The handler with a span around each of its calls, by the global tracer provider."""
    tracer = trace.get_tracer("spikard")
    function = handler.function

    def run(request: Any, *live: Live) -> Any:
        handled = _Handled(tracer, request, handler.exceptions)
        try:
            with handled.current():
                answer = function(request, *live)
        except BaseException as error:
            handled.end(error)
            raise
        del request
        return handled.over(answer)

    return replace(handler, function=run)


class _Handled:
    """A call whose handler runs, and its span."""

    def __init__(self, tracer: Tracer, request: Any, exceptions: Table | None) -> None:
        self._call: Call = request.call
        self._exceptions = exceptions
        name = f"{request.service_name}/{request.method_name}"
        attributes: dict[str, str | int] = {"rpc.system.name": "grpc", "rpc.method": name}
        if self._call.peer is not None:
            host, _, port = self._call.peer.rpartition(":")
            attributes |= {"network.peer.address": host.strip("[]"), "network.peer.port": int(port)}
        context = propagate.extract(request.metadata)
        self._span: Span = tracer.start_span(name, context, SpanKind.SERVER, attributes)

    def current(self) -> AbstractContextManager[Any]:
        """The span is the current one inside of this; its end and its status are set here."""
        return trace.use_span(self._span, record_exception=False, set_status_on_exception=False)

    def over(self, answer: Any) -> Any:
        """The same answer. The span ends with it: when it has been awaited, and its last message taken."""
        if inspect.isawaitable(answer):
            return self._awaited(answer)
        if isinstance(answer, GrpcDuplexResponse):
            messages: Any = answer.messages
            if isinstance(messages, Listed):
                answer.messages = Listed(self._iterated(iter(messages)))
            else:
                answer.messages = self._streamed(messages)
            return answer
        if isinstance(answer, AsyncIterable):
            return self._streamed(answer)
        if isinstance(answer, Iterator):
            return self._iterated(answer)
        self.end(None)
        return answer

    async def _awaited(self, answer: Awaitable[Any]) -> Any:
        try:
            with self.current():
                awaited = await answer
        except BaseException as error:
            self.end(error)
            raise
        return self.over(awaited)

    async def _streamed(self, messages: AsyncIterable[Any]) -> AsyncIterator[Any]:
        failure: BaseException | None = None
        iterator = aiter(messages)
        try:
            while True:
                # Not while its messages are sent, which is not the handler's work.
                with self.current():
                    try:
                        message = await anext(iterator)
                    except StopAsyncIteration:
                        break
                yield message
        except BaseException as error:
            failure = error
            raise
        finally:
            try:
                close = getattr(iterator, "aclose", None)
                if close is not None:
                    with self.current():
                        await close()
            finally:
                self.end(failure)

    def _iterated(self, messages: Iterator[Any]) -> Iterator[Any]:
        failure: BaseException | None = None
        try:
            while True:
                with self.current():
                    try:
                        message = next(messages)
                    except StopIteration:
                        break
                yield message
        except BaseException as error:
            failure = error
            raise
        finally:
            try:
                close = getattr(messages, "close", None)
                if close is not None:
                    with self.current():
                        close()
            finally:
                self.end(failure)

    def end(self, error: BaseException | None) -> None:
        """Ends the span with the status that the client gets."""
        code = StatusCode.OK if error is None else self._code(error)
        self._span.set_attribute("rpc.response.status_code", code.name)
        if code in _FAULTS:
            self._span.set_attribute("error.type", code.name)
            self._span.set_status(SpanStatus.ERROR)
            if error is not None:
                self._span.record_exception(error)
        self._span.end()

    def _code(self, error: BaseException) -> StatusCode:
        if isinstance(error, (asyncio.CancelledError, GeneratorExit)):
            late = self._call.time_remaining() == 0.0
            return StatusCode.DEADLINE_EXCEEDED if late else StatusCode.CANCELLED
        try:
            return StatusCode(status_of(error, self._exceptions)[0].code)
        except Exception:  # a GrpcError whose `__init__` was not called
            return StatusCode.INTERNAL
