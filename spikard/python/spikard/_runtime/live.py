"""A call while its handler runs, as the context of a servicer sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spikard.grpc._status import StatusCode

if TYPE_CHECKING:
    from spikard._runtime.stream import StreamCall
    from spikard._spikard import InboundCall
    from spikard.grpc._compression import Compression
    from spikard.grpc._metadata import Metadata


class LiveCall:
    """A call while its handler runs; see :class:`spikard.grpc._live.Live`."""

    __slots__ = ("_call", "_stream", "_watch")

    def __init__(
        self, call: InboundCall, stream: StreamCall | None, watch: Callable[[Callable[[], None]], None]
    ) -> None:
        self._call = call
        self._stream = stream
        self._watch = watch

    def is_cancelled(self) -> bool:
        """Whether nobody waits for the rest of the response."""
        return self._call.is_cancelled()

    def cancel(self) -> None:
        """Ends the call with CANCELLED."""
        self._call.fail(StatusCode.CANCELLED, "the server has cancelled the call", b"", None)

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Calls a function when the call is given up."""
        self._watch(callback)

    @property
    def streams(self) -> bool:
        """Whether the response is a stream."""
        return self._stream is not None

    def begin(self, metadata: Metadata) -> None:
        """Sends the initial metadata of a stream at once."""
        if self._stream is not None:
            self._stream.begin_with(metadata)

    def compress(self, compression: Compression) -> None:
        """Compresses the messages of a stream."""
        if self._stream is not None:
            self._stream.compress(compression)

    async def write(self, message: Any) -> None:
        """Sends a message of a stream."""
        if self._stream is None:
            raise RuntimeError("this method has one response: return it, instead of context.write")
        await self._stream.write(message)
