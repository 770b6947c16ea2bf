"""The exception for any status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, overload

from spikard.grpc._details import bad_request, packed, status
from spikard.grpc._metadata import Metadata, MetadataLike, pairs_of
from spikard.grpc._misuse import MisuseError
from spikard.grpc._status import CodeLike, StatusCode, failure


class _Serializable(Protocol):
    def SerializeToString(self) -> bytes: ...  # noqa: N802 - protobuf's name


class GrpcError(Exception):
    """Ends a call with a status.

    ``code`` is a :class:`StatusCode`, its number, its name, or grpcio's ``grpc.StatusCode``.
    ``details`` is a list of messages, such as ``google.rpc.ErrorInfo``, or a ``google.rpc.Status`` that has them, as a
    message or as its bytes; it is sent as ``grpc-status-details-bin``. :meth:`invalid` makes those for the fields of a
    request. ``metadata`` is sent with the status. What of it cannot be sent is left out, and
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
        details: bytes | _Serializable | list[Any] | tuple[Any, ...] = b"",
        metadata: MetadataLike | None = None,
    ) -> None:
        self.code = _code(code)
        self.message = str(message)
        self.details = packed(self.code, self.message, details)
        self.metadata = Metadata()
        if metadata is not None:
            self._take(metadata)
        super().__init__(self.code, self.message)

    @overload
    @staticmethod
    def invalid(field: str, description: str, /) -> GrpcError: ...
    @overload
    @staticmethod
    def invalid(violations: Mapping[str, str] | Iterable[tuple[str, str]], /) -> GrpcError: ...
    @staticmethod
    def invalid(
        field: str | Mapping[str, str] | Iterable[tuple[str, str]], description: str | None = None, /
    ) -> GrpcError:
        """INVALID_ARGUMENT for a field of the request, with a ``google.rpc.BadRequest`` that names it.

        Several fields are given as a dict, or as pairs::

            raise GrpcError.invalid("messages[3].name", "must not be empty")
            raise GrpcError.invalid({"messages[3].name": "must not be empty", "messages[5].value": "must be positive"})

        The names are paths from the request: ``messages[3]`` is the fourth message of a stream.
        """
        violations = _violations(field, description)
        text = "; ".join(f"{name}: {wrong}" for name, wrong in violations)
        details = status(StatusCode.INVALID_ARGUMENT, text, [bad_request(violations)])
        return GrpcError(StatusCode.INVALID_ARGUMENT, text, details=details)

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


def _violations(field: Any, description: object) -> list[tuple[str, str]]:
    if isinstance(field, str):
        found: list[Any] = [(field, description)]
    elif description is None:
        found = list(field.items() if isinstance(field, Mapping) else field)
    else:
        found = []
    if found and all(isinstance(pair, tuple) and list(map(type, pair)) == [str, str] for pair in found):
        return found
    raise MisuseError(
        'GrpcError.invalid takes a field and what is wrong with it, as in invalid("messages[3].name", "must not be '
        'empty"), or several of them in a dict'
    )


def _rebuild(kind: type[GrpcError], state: dict[str, Any]) -> GrpcError:
    # Past `__init__`, whose parameters a subclass may change.
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (error.code, error.message)
    return error
