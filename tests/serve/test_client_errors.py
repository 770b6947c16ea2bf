"""The errors of calls in the process."""

from typing import Any

import pytest

from spikard.grpc import GrpcError, GrpcRequest, GrpcResponse, StatusCode, _status_of, grpc_stream, register_exception
from spikard.grpc.testing import Client


class NotThereError(LookupError):
    """An exception of an application's, made in its own way."""

    def __init__(self, record: str) -> None:
        super().__init__(f"{record}")


@grpc_stream(service="calls.Calls")
async def raising(request: GrpcRequest) -> GrpcResponse:
    """Raise what is asked for."""
    kinds: dict[bytes, type[Exception]] = {
        one.__name__.encode(): one
        for one in (ValueError, PermissionError, NotImplementedError, MemoryError, RuntimeError, NotThereError)
    }
    kinds[b"TimeoutError"] = TimeoutError
    raise kinds[request.payload]("text")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ValueError, "INVALID_ARGUMENT"),
        (PermissionError, "PERMISSION_DENIED"),
        (NotImplementedError, "UNIMPLEMENTED"),
        (MemoryError, "RESOURCE_EXHAUSTED"),
        (TimeoutError, "DEADLINE_EXCEEDED"),
        (RuntimeError, "INTERNAL"),
        (NotThereError, "NOT_FOUND"),
    ],
)
def test_errors_are_of_the_types_that_handlers_raise(
    kind: type[Exception], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of that which a client on the wire sees."""
    monkeypatch.setattr(_status_of, "_TABLE", dict(_status_of._TABLE))
    register_exception(NotThereError, StatusCode.NOT_FOUND)
    with Client(raising) as client, pytest.raises(kind, match="text") as raised:
        client.call(raising, kind.__name__.encode())
    error: Any = raised.value
    assert isinstance(error, GrpcError)
    assert (error.code.name, error.message, str(error)) == (code, "text", f"{code}: text")
    assert getattr(error, "errno", None) is None
