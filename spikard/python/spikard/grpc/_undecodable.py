"""The error for a message of the client that is none of the type that the handler takes."""

from __future__ import annotations

from spikard.grpc._details import bad_request, status
from spikard.grpc._error import GrpcError
from spikard.grpc._status import StatusCode


class UndecodableError(GrpcError):
    """A message of the client is none of the type that the handler takes."""

    violation: tuple[str, str]
    """The field, and what is wrong with it."""

    def with_code(self, code: int) -> UndecodableError:
        """The same with another code."""
        return _made(StatusCode(code), self.message, self.violation)


def undecodable(shown: str, error: BaseException, code: int = StatusCode.INVALID_ARGUMENT) -> UndecodableError:
    """The error for the only message of a request."""
    description = f"is not a valid {shown}: {error}"
    return _made(StatusCode(code), f"the message {description}", ("payload", description))


def undecodable_at(
    index: int, shown: str, error: BaseException, code: int = StatusCode.INVALID_ARGUMENT
) -> UndecodableError:
    """The error for a message of a stream."""
    description = f"is not a valid {shown}: {error}"
    text = f"message {index} of the stream {description}"
    return _made(StatusCode(code), text, (f"messages[{index}]", description))


def _made(code: StatusCode, text: str, violation: tuple[str, str]) -> UndecodableError:
    error = UndecodableError(code, text, details=status(code, text, [bad_request([violation])]))
    error.violation = violation
    return error
