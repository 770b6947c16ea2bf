"""The context of an ``async def`` method, ``grpc.aio.ServicerContext``."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from spikard.grpc._error import GrpcError
from spikard.grpc._servicer.context import Context, Pairs


class AsyncContext(Context):
    """What an ``async def`` method of a servicer gets as its context."""

    async def read(self) -> Any:
        """The next message of the client; ``grpc.aio.EOF`` after the last."""
        return await anext(self._messages, _of_grpcio("EOF"))

    async def write(self, message: Any) -> None:
        """Sends a message of a stream, and waits while the client does not read."""
        await self._live.write(message)

    async def send_initial_metadata(self, initial_metadata: Pairs | None) -> None:
        """Sends the initial metadata: of a stream at once, else with the response."""
        self._send_initial(initial_metadata)

    async def abort(self, code: Any, details: str = "", trailing_metadata: Pairs = ()) -> NoReturn:
        """Ends the call with a status."""
        raise self._abort(code, details, trailing_metadata)

    async def abort_with_status(self, status: Any) -> NoReturn:
        """Ends the call with a ``grpc.Status``, such as ``rpc_status.to_status`` makes."""
        raise self._abort(status.code, status.details, status.trailing_metadata)

    def time_remaining(self) -> float | None:
        """The seconds until the deadline; ``None`` without one."""
        remaining: float | None = self._request.call.time_remaining()
        return remaining

    def cancelled(self) -> bool:
        """Whether the client has cancelled the call, or its deadline has passed."""
        return self._live.is_cancelled()

    def done(self) -> bool:
        """Whether the call has ended."""
        return self._callbacks is None or self._live.is_cancelled()

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        """Calls a function with this context when the call has ended."""
        if not self._add_callback(lambda: callback(self)):
            callback(self)

    def code(self) -> Any:
        """The code that was set; 0, which is OK, if none was."""
        return 0 if self._code is None else self._code

    def details(self) -> str:
        """The text that was set."""
        return self._details or ""

    def _error_type(self) -> type[GrpcError]:
        abort = _of_grpcio("AbortError")
        return GrpcError if abort is None else _aborted(abort)


def _of_grpcio(name: str) -> Any:
    """What a servicer may compare with; ``None`` where grpcio is not loaded, and nobody can."""
    return getattr(sys.modules.get("grpc.aio"), name, None)


@functools.cache
def _aborted(abort: type[Exception]) -> type[GrpcError]:
    """The error of ``abort``, which a method may catch by grpcio's name."""

    class AbortError(GrpcError, abort):  # type: ignore[misc,valid-type]
        """The status of a call that was aborted."""

    return AbortError
