"""The error for a message of the client that is none of the type that the handler takes."""

from __future__ import annotations

from spikard.grpc._details import bad_request, status
from spikard.grpc._error import GrpcError
from spikard.grpc._status import StatusCode


class UndecodableError(GrpcError):
    """A message of the client is none of the type that the handler takes: INVALID_ARGUMENT."""


def undecodable(shown: str, error: BaseException) -> UndecodableError:
    """The error for the only message of a request."""
    return _undecodable("payload", "the message", shown, error)


def undecodable_at(index: int, shown: str, error: BaseException) -> UndecodableError:
    """The error for a message of a stream."""
    return _undecodable(f"messages[{index}]", f"message {index} of the stream", shown, error)


def _undecodable(field: str, what: str, shown: str, error: BaseException) -> UndecodableError:
    description = f"is not a valid {shown}: {error}"
    text = f"{what} {description}"
    details = status(StatusCode.INVALID_ARGUMENT, text, [bad_request([(field, description)])])
    return UndecodableError(StatusCode.INVALID_ARGUMENT, text, details=details)
