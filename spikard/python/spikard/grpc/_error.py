"""The exception for any status."""

from __future__ import annotations

from typing import Any, Protocol

from spikard.grpc._metadata import Metadata, MetadataLike, pairs_of
from spikard.grpc._misuse import MisuseError
from spikard.grpc._status import CodeLike, StatusCode, failure


class _Serializable(Protocol):
    def SerializeToString(self) -> bytes: ...  # noqa: N802 - protobuf's name


class GrpcError(Exception):
    """Ends a call with a status.

    ``code`` is a :class:`StatusCode`, its number, its name, or grpcio's ``grpc.StatusCode``.
    ``details`` is a ``google.rpc.Status``, as a message or as its bytes; it is sent as
    ``grpc-status-details-bin``. ``metadata`` is sent with the status. What of it cannot be sent is left out, and
    logged; what does not fit in the server's ``max_sent_metadata_bytes`` (8 KiB) is cut or left out; the code is always
    sent.

    >>> raise GrpcError(StatusCode.NOT_FOUND, "no record 7", metadata={"x-record": "7"})
    Traceback (most recent call last):
    spikard.grpc._error.GrpcError: NOT_FOUND: no record 7
    """

    code: StatusCode
    """The status code, never OK."""
    message: str
    """The text that the client sees."""
    details: bytes
    """A ``google.rpc.Status``, serialized; empty without details."""
    metadata: Metadata
    """Sent with the status."""
    unsent: tuple[str, ...] = ()
    """What of the metadata cannot be sent, and why; for the log."""

    def __init__(
        self,
        code: CodeLike,
        message: str = "",
        *,
        details: bytes | _Serializable = b"",
        metadata: MetadataLike | None = None,
    ) -> None:
        self.code = _code(code)
        self.message = str(message)
        self.details = _serialized(details)
        self.metadata = Metadata()
        if metadata is not None:
            self._take(metadata)
        super().__init__(self.code, self.message)

    def __str__(self) -> str:
        return f"{self.code.name}: {self.message}" if self.message else self.code.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}(StatusCode.{self.code.name}, {self.message!r})"

    def _take(self, metadata: MetadataLike) -> None:
        if isinstance(metadata, Metadata):
            self.metadata = Metadata(metadata)
            return
        unsent: list[str] = []
        for key, value in pairs_of(metadata):
            try:
                self.metadata.add(key, value)
            except (TypeError, ValueError) as error:
                unsent.append(str(error))
        if unsent:
            self.unsent = tuple(unsent)

    def __reduce__(self) -> tuple[Any, ...]:
        state = {**self.__dict__}
        return _rebuild, (type(self), state)


def _code(code: object) -> StatusCode:
    try:
        return failure(code)
    except ValueError as error:
        hint = "; the code comes first, then the text" if isinstance(code, str) else ""
        raise MisuseError(f"GrpcError: {error}{hint}") from None


def _serialized(details: bytes | _Serializable) -> bytes:
    if isinstance(details, (bytes, bytearray, memoryview)):
        return bytes(details)
    serialize = getattr(details, "SerializeToString", None)
    if serialize is None:
        raise TypeError(
            f"the details of a GrpcError must be a google.rpc.Status or its bytes, not {type(details).__name__}"
        )
    return bytes(serialize())


def _rebuild(kind: type[GrpcError], state: dict[str, Any]) -> GrpcError:
    # Past `__init__`, whose parameters a subclass may change.
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (error.code, error.message)
    return error
