"""A call whose request is a stream, and whose response is not."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spikard._runtime.incoming import incoming
from spikard._runtime.outcome import answered, failed

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall
    from spikard.grpc._request import GrpcDuplexRequest


class UploadCall:
    """Passes a handler what the client sends, and sends its response, when the client has half-closed or before."""

    __slots__ = ("_incoming", "call", "handler")

    def __init__(
        self, call: InboundCall, loop: asyncio.AbstractEventLoop, handler: Handler, request: GrpcDuplexRequest[Any]
    ) -> None:
        self.call = call
        self.handler = handler
        self._incoming = incoming(call, loop, handler, request, _nothing)

    async def run(self, answer: Callable[[], Any]) -> None:
        """Runs the handler and sends its response. Never raises."""
        try:
            response = answer()
            if inspect.isawaitable(response):
                response = await response
        except BaseException as error:
            failed(self.call, self.handler, error)
        else:
            answered(self.call, self.handler, response)
        finally:
            self.call.close()
            # Wakes a task that still reads: the call has ended.
            self._incoming.wake()

    def run_here(self, answer: Callable[[], Any]) -> Callable[[], Any] | None:
        """Runs a `def` handler in this thread, and sends its response. Never raises.

        Returns the answer that :meth:`run` is to go on with, on the event loop; ``None`` where it has been sent.
        """
        try:
            response = answer()
            if inspect.isawaitable(response):
                return lambda: response
        except BaseException as error:
            failed(self.call, self.handler, error)
        else:
            answered(self.call, self.handler, response)
        self.call.close()
        return None

    def wake(self) -> None:
        """There may be something to read."""
        self._incoming.wake()


def _nothing() -> None:
    """Reading begins no response: its metadata is in what the handler returns."""
