"""The context of a ``def`` method, ``grpc.ServicerContext``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from spikard.grpc._servicer.context import Context, Pairs


class BlockingContext(Context):
    """What a ``def`` method of a servicer gets as its context."""

    def is_active(self) -> bool:
        """Whether the call has not ended: the client still waits."""
        return self._callbacks is not None and not self._live.is_cancelled()

    def time_remaining(self) -> float:
        """The seconds until the deadline; infinite without one, as a number that can be compared."""
        remaining: float | None = self._request.call.time_remaining()
        return float("inf") if remaining is None else remaining

    def cancel(self) -> None:
        """Ends the call with CANCELLED."""
        self._live.cancel()

    def add_callback(self, callback: Callable[[], None]) -> bool:
        """Calls a function when the call has ended; returns ``False`` if it has already."""
        added = self._add_callback(callback)
        if added:
            # The method goes on, and may wait for just this.
            self._live.on_cancel(self._end)
        return added

    def send_initial_metadata(self, initial_metadata: Pairs | None) -> None:
        """Sends the initial metadata: of a stream at once, else with the response."""
        self._send_initial(initial_metadata)

    def abort(self, code: Any, details: str = "") -> NoReturn:
        """Ends the call with a status."""
        raise self._abort(code, details, None)

    def abort_with_status(self, status: Any) -> NoReturn:
        """Ends the call with a ``grpc.Status``, such as ``rpc_status.to_status`` makes."""
        raise self._abort(status.code, status.details, status.trailing_metadata)

    def code(self) -> Any:
        """The code that was set."""
        return self._code

    def details(self) -> bytes | None:
        """The text that was set."""
        return None if self._details is None else self._details.encode()
