"""The exceptions of calls that fail: those that a client on the wire sees, and those that a handler raises."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from spikard.grpc._error import GrpcError
from spikard.grpc._metadata import Metadata
from spikard.grpc._status import StatusCode
from spikard.grpc._status_of import registered_for


class InvalidArgumentError(GrpcError, ValueError):
    """INVALID_ARGUMENT: the handler raised ``ValueError``, or a message could not be decoded."""


class DeadlineExceededError(GrpcError, TimeoutError):
    """DEADLINE_EXCEEDED: the deadline has passed, or the handler raised ``TimeoutError``."""


class PermissionDeniedError(GrpcError, PermissionError):
    """PERMISSION_DENIED: the handler raised ``PermissionError``."""


class ResourceExhaustedError(GrpcError, MemoryError):
    """RESOURCE_EXHAUSTED: a limit was exceeded, or the handler raised ``MemoryError``."""


class UnimplementedError(GrpcError, NotImplementedError):
    """UNIMPLEMENTED: there is no such method, or the handler raised ``NotImplementedError``."""


class InternalError(GrpcError, RuntimeError):
    """INTERNAL: the handler raised ``RuntimeError``, or anything that has no status."""


_KINDS: dict[StatusCode, type[GrpcError]] = {
    StatusCode.INVALID_ARGUMENT: InvalidArgumentError,
    StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
    StatusCode.PERMISSION_DENIED: PermissionDeniedError,
    StatusCode.RESOURCE_EXHAUSTED: ResourceExhaustedError,
    StatusCode.UNIMPLEMENTED: UnimplementedError,
    StatusCode.INTERNAL: InternalError,
}


def error_of(code: int, message: str, details: bytes, metadata: Metadata) -> GrpcError:
    """The exception of a status. It is also of the types that handlers raise for it."""
    status = StatusCode(code)
    own: Any = _KINDS.get(status, GrpcError)
    plain = GrpcError(status, message, details=details, metadata=metadata)
    made: GrpcError
    try:
        made = _combined(own, registered_for(status))(plain)
    except TypeError:  # a type of the user's that cannot be made without arguments of its own
        made = _combined(own, ())(plain)
    return made


@functools.cache
def _combined(kind: Any, registered: tuple[Any, ...]) -> Any:
    """A type of errors that are of the registered types, too, as far as Python can combine them."""
    bases: tuple[Any, ...] = (kind,)
    for one in registered:
        if not issubclass(kind, one):
            # An OSError has no room for a MemoryError.
            with contextlib.suppress(TypeError):
                type(kind.__name__, (*bases, one), {})
                bases = (*bases, one)
    return type(kind.__name__, bases, {"__init__": _like})


def _like(self: GrpcError, plain: GrpcError) -> None:
    """Makes an error of a plain one, past ``__init__``, which other types have with other arguments."""
    vars(self).update(vars(plain))
    self.args = plain.args
