"""The exceptions of calls that fail."""

from __future__ import annotations

from spikard.grpc._error import GrpcError
from spikard.grpc._metadata import Metadata
from spikard.grpc._status import StatusCode


class ResourceExhaustedError(GrpcError, MemoryError):
    """RESOURCE_EXHAUSTED: a limit was exceeded, or the handler raised ``MemoryError``."""


def error_of(code: int, message: str, details: bytes, metadata: Metadata) -> GrpcError:
    """The exception of a status."""
    status = StatusCode(code)
    kind = ResourceExhaustedError if status is StatusCode.RESOURCE_EXHAUSTED else GrpcError
    return kind(status, message, details=details, metadata=metadata)
