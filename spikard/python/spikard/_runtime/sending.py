"""What is sent of a response that is a stream, whichever thread its handler runs in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from spikard._runtime.outcome import failed, logger, refused
from spikard._runtime.settled import settled, text_of
from spikard.grpc._columns import Columns
from spikard.grpc._metadata import Metadata
from spikard.grpc._response import GrpcDuplexResponse
from spikard.grpc._typed import rows

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall
    from spikard.grpc._compression import Compression
    from spikard.grpc._typed import Typed


class CannotBeSentError(Exception):
    """A part of the response cannot be sent; the text is for the log."""


class Sending:
    """The response of one call: its metadata, the bytes of its messages, its end."""

    __slots__ = (
        "_begun",
        "_count",
        "_fault",
        "_response",
        "_response_metadata",
        "_returns",
        "call",
        "columns",
        "handler",
    )

    def __init__(self, call: InboundCall, handler: Handler, request: Any) -> None:
        self.call = call
        self.handler = handler
        gives = None if handler.typed is None else handler.typed.gives
        self.columns = gives if isinstance(gives, Columns) else None
        """What makes messages of what the handler yields, where that is columns."""
        self._response_metadata = request.call._response_metadata
        self._response: GrpcDuplexResponse | None = None
        self._returns = False
        self._begun = False
        self._fault: CannotBeSentError | None = None
        self._count = 0

    def begin(self) -> None:
        """Sends the initial metadata, the first time."""
        if self._fault is not None:
            raise self._fault  # again, if the handler caught it
        if self._begun:
            return
        self._begun = True
        self._response_metadata.begin()
        try:
            metadata = self._response_metadata.initial
            if self._response is not None:
                metadata = metadata | self._response.metadata
            self.call.begin(metadata, settled(self._response))
        except (TypeError, ValueError) as error:
            self._fault = CannotBeSentError(text_of(error))
            raise self._fault from None

    def begin_with(self, metadata: Metadata) -> None:
        """Sends this initial metadata at once."""
        self._response_metadata.set_initial(metadata)
        self.begin()

    def compress(self, compression: Compression) -> None:
        """Compresses the messages; has no effect once the first was sent."""
        self._response = GrpcDuplexResponse((), compression=compression)

    def encoded(self, message: Any) -> bytes | tuple[bytes, ...]:
        """The bytes of the next message, or its parts."""
        if self.handler.typed is not None:
            message = self._typed(self.handler.typed, message)
        if type(message) is not bytes:
            try:
                message = self.call.to_bytes(self._count, message)
            except TypeError as error:
                raise CannotBeSentError(text_of(error))
        self._count += 1
        sent: bytes | tuple[bytes, ...] = message
        return sent

    def rows(self, codec: Columns, columns: Any) -> Iterator[list[bytes]]:
        """The bytes of the messages of all rows, in parts."""
        try:
            for messages in rows(codec, self._count, columns):
                self._count += len(messages)
                yield messages
        except TypeError as error:
            raise CannotBeSentError(text_of(error))

    def _typed(self, typed: Typed, message: Any) -> Any:
        try:
            return typed.encode_yielded(self._count, message)
        except TypeError as error:
            raise CannotBeSentError(text_of(error))
        except Exception as error:  # a message that lacks a field, or a codec of the user's
            raise CannotBeSentError(
                f"message {self._count} cannot be encoded: {type(error).__name__}: {error}"
            ) from error

    def _on_first_read(self) -> None:
        if not self._returns:
            self.begin()

    def _end(self) -> None:
        try:
            self.call.end(self._trailers())
        except (TypeError, ValueError) as error:
            raise CannotBeSentError(text_of(error)) from None

    def _trailers(self) -> Metadata:
        trailers: Metadata = self._response_metadata.trailers
        return trailers if self._response is None else trailers | self._response.trailers

    def _flush(self) -> None:
        """Sends what was collected."""

    def _fail(self, error: BaseException) -> None:
        trailers: list[tuple[str, Any]] = []
        try:
            trailers = self._trailers().pairs()
            self._flush()
            if self._response_metadata.initial:
                self.begin()
        except BaseException as fault:  # invalid metadata, which must not hide the handler's own error
            logger.debug("%s: not all metadata with its error: %r", self.handler.name, fault)
        if isinstance(error, CannotBeSentError):
            refused(self.call, self.handler, error)
        else:
            failed(self.call, self.handler, error, trailers=trailers)
