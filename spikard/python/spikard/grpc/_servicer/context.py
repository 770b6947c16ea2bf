"""The context of a servicer's method: what grpcio's two kinds of context have in common."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from spikard.grpc._compression import Compression
from spikard.grpc._error import GrpcError
from spikard.grpc._listed import Listed
from spikard.grpc._live import Live
from spikard.grpc._metadata import Metadata
from spikard.grpc._request import GrpcClientStreamRequest, GrpcRequest
from spikard.grpc._response import GrpcResponse
from spikard.grpc._servicer.identity import auth_context, identities, identity_key, peer
from spikard.grpc._status import StatusCode
from spikard.grpc._status_of import status_of

logger = logging.getLogger("spikard")

Pairs = Iterable[tuple[str, Any]]

DETAILS = "grpc-status-details-bin"
_COMPRESSIONS: tuple[Compression, ...] = ("identity", "deflate", "gzip")  # the order of grpc.Compression's numbers


class Metadatum(NamedTuple):
    """One pair of metadata, as grpcio has it."""

    key: str
    value: str | bytes


class Context:
    """What a method of a servicer asks of its call, and says of its status."""

    def __init__(self, request: Any, live: Live) -> None:
        self._request = request
        self._live = live
        self._code: Any = None
        self._details: str | None = None
        self._trailing: Pairs = ()
        self._initial: Pairs = ()
        self._begun = False
        self._compression: Compression | None = None
        self._aborted: GrpcError | None = None
        self._callbacks: list[Callable[[], None]] | None = []
        self._lock = threading.Lock()
        # A list of them, where they were buffered, is read like a stream.
        buffered = isinstance(request, GrpcClientStreamRequest)
        self._messages: Any = Listed(request.messages) if buffered else getattr(request, "messages", None)

    # What the client has sent.

    def invocation_metadata(self) -> tuple[Metadatum, ...]:
        """The metadata of the request, as pairs."""
        return tuple(Metadatum(key, value) for key, value in self._request.metadata.pairs())

    def peer(self) -> str:
        """The client's address, ``ipv4:127.0.0.1:50412``."""
        return peer(self._request.call.peer)

    def peer_identities(self) -> list[bytes] | None:
        """The names in the client's certificate; ``None`` without one."""
        return identities(self.auth_context())

    def peer_identity_key(self) -> str | None:
        """The property of :meth:`auth_context` that the identities are."""
        return identity_key(self.auth_context())

    def auth_context(self) -> Mapping[str, list[bytes]]:
        """The properties of the client's certificate."""
        return auth_context(self._request.call.peer_certs)

    # What the server sends.

    def set_trailing_metadata(self, trailing_metadata: Pairs | None) -> None:
        """Sets the metadata that are sent with the status."""
        self._trailing = tuple(trailing_metadata or ())

    def trailing_metadata(self) -> Pairs:
        """The metadata that are sent with the status."""
        return self._trailing

    def set_code(self, code: Any) -> None:
        """Sets the code of the status: the call fails unless it is OK."""
        self._code = code

    def set_details(self, details: str) -> None:
        """Sets the text of the status."""
        self._details = details

    def set_compression(self, compression: Any) -> None:
        """Compresses the response: a ``grpc.Compression``, or the name of a compression."""
        chosen: Any = compression
        found: Any = chosen if isinstance(chosen, str) else _COMPRESSIONS[int(chosen)]
        self._compress(found)

    def disable_next_message_compression(self) -> None:
        """Leaves the response of a unary call uncompressed. Messages of a stream stay as they are."""
        if not self._live.streams:
            self._compression = "identity"

    def _compress(self, compression: Compression) -> None:
        self._compression = compression
        self._live.compress(compression)

    def _send_initial(self, metadata: Pairs | None) -> None:
        if self._begun:
            raise ValueError("Initial metadata no longer allowed!")
        self._begun = True
        self._initial = tuple(metadata or ())
        self._live.begin(sent_metadata(self._initial))

    # How the call ends.

    def _abort(self, code: Any, details: str, trailing: Pairs | None) -> GrpcError:
        self._code, self._details = code, details
        if trailing:
            self._trailing = tuple(trailing)
        self._aborted = self._error(code, details)
        return self._aborted

    def _failure(self) -> GrpcError | None:
        if self._aborted is not None:
            return self._aborted
        code = _code(self._code)
        return None if code is StatusCode.OK else self._error(code, self._details or "")

    def _error(self, code: Any, text: str) -> GrpcError:
        known = _code(code)
        return self._error_type()(
            StatusCode.UNKNOWN if known is StatusCode.OK else known,
            text,
            details=next((value for key, value in self._trailing if key.lower() == DETAILS), b""),
            metadata=sent_metadata(self._trailing),
        )

    def _error_type(self) -> type[GrpcError]:
        return GrpcError

    @contextmanager
    def ending(self) -> Generator[None]:
        """Around the method: its exception is that of the status it has set, and its callbacks are called."""
        try:
            yield
        except GrpcError:
            raise
        except Exception as error:
            failure = self._failure()
            if failure is not None:
                if self._aborted is None and not isinstance(error, NotImplementedError):
                    logger.exception("%s failed after set_code(%s)", self._request.method_name, self._code)
                raise failure from error
            if not self._trailing:
                raise
            status, level = status_of(error)
            logger.log(level, "%s raised %s", self._request.method_name, type(error).__name__, exc_info=error)
            raise self._error(status.code, status.message) from error
        finally:
            self._end()

    def argument(self) -> Any:
        """What the method takes besides the context: a message, or an iterator over messages."""
        return self._request.payload if isinstance(self._request, GrpcRequest) else self._messages

    def response(self, message: Any) -> GrpcResponse[Any]:
        """The response with a message; raises the status of a failure that was set."""
        self._raise_failure()
        return GrpcResponse(
            message,
            metadata=sent_metadata(self._initial),
            trailers=sent_metadata(self._trailing),
            compression=self._compression,
        )

    def finish_stream(self) -> None:
        """Says what comes after the last message; raises the status of a failure that was set."""
        self._raise_failure()
        self._request.call.set_trailers(sent_metadata(self._trailing))

    def _raise_failure(self) -> None:
        failure = self._failure()
        if failure is not None:
            raise failure

    def _add_callback(self, callback: Callable[[], None]) -> bool:
        """Calls a function once, when the call has ended; returns whether it has not yet."""
        with self._lock:
            if self._callbacks is None:
                return False
            self._callbacks.append(callback)
        return True

    def _end(self) -> None:
        with self._lock:
            callbacks, self._callbacks = self._callbacks or (), None
        for callback in callbacks:
            try:
                callback()
            except Exception:
                logger.exception("a callback of %s raised an exception", self._request.method_name)


def sent_metadata(pairs: Pairs) -> Metadata:
    """Metadata as it is sent: grpcio takes bytes for text, and details of a status beside them."""
    metadata = Metadata()
    for key, value in pairs:
        if key.lower() != DETAILS:
            text = value.decode("ascii") if isinstance(value, bytes) and not key.endswith("-bin") else value
            metadata.add(key, text)
    return metadata


def _code(code: Any) -> StatusCode:
    if code is None:
        return StatusCode.OK
    try:
        return StatusCode(code)
    except ValueError:
        return StatusCode.UNKNOWN  # as grpcio has it
