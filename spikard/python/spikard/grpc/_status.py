"""The status codes of gRPC."""

from __future__ import annotations

import enum
from enum import IntEnum
from typing import Any, Literal


class StatusCode(IntEnum):
    """A gRPC status code, with its number on the wire.

    It is also found by its name, and by a code of another library's, such as grpcio's.

    >>> StatusCode("NOT_FOUND")
    <StatusCode.NOT_FOUND: 5>
    """

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16

    @classmethod
    def _missing_(cls, value: object) -> StatusCode | None:
        # By its name, not its number: an enum of numbers that has this one not is of something else, as HTTPStatus is.
        name = value.name if isinstance(value, enum.Enum) and not isinstance(value, int) else value
        return cls.__members__.get(name) if isinstance(name, str) else None


CodeName = Literal[
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
]
"""The names of the codes of a failure."""

CodeLike = StatusCode | int | CodeName | enum.Enum
"""What a status code is made from: itself, its number, its name, or the code of another library's."""


def failure(code: Any) -> StatusCode:
    """The code of a call that failed; a ``ValueError`` says what is none."""
    try:
        found = StatusCode(code)
    except ValueError:
        raise ValueError(
            f"{code!r} is not a status code: give one of spikard.grpc.StatusCode, such as StatusCode.NOT_FOUND, or its "
            f"number or name"
        ) from None
    if found is StatusCode.OK:
        raise ValueError("a failure cannot have the code OK: return a response instead")
    return found
