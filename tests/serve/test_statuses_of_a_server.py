"""Exceptions and their statuses, for one server."""

from collections.abc import Iterator

import around
import pytest
from clients import Call
from processes import Served, serving

from spikard.grpc import GrpcError, GrpcRequest, GrpcResponse, StatusCode, grpc_stream, register_exception
from spikard.grpc.testing import Client


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The application with its table."""
    with serving("around", "--exceptions", "around:STATUSES") as served:
        yield served


@pytest.mark.parametrize("method", ["Fail", "FailInThread"])
@pytest.mark.parametrize(
    ("raised", "code"), [(b"no", "NOT_FOUND"), (b"taken", "NOT_FOUND"), (b"value", "OUT_OF_RANGE")]
)
def test_rows_of_a_server(served: Served, call: Call, method: str, raised: bytes, code: str) -> None:
    """With the text, for subclasses, and before the rows that all servers have."""
    answer = call(served.address, f"/around.Around/{method}", "unary_unary", [raised])
    assert (answer.code, answer.text) == (code, "no record 7")


def test_other_servers_do_not_have_them() -> None:
    """Nor does the process."""
    with (
        Client(around.fail, exceptions=around.STATUSES) as one,
        Client(around.fail) as other,
        Client(around.fail, exceptions={around.TakenError: StatusCode.ALREADY_EXISTS}) as third,
    ):
        with pytest.raises(GrpcError, match="NOT_FOUND: no record 7"):
            one.call(around.fail, b"taken")
        with pytest.raises(GrpcError, match="INTERNAL: TakenError"):
            other.call(around.fail, b"taken")
        with pytest.raises(GrpcError, match="ALREADY_EXISTS: no record 7"):
            third.call(around.fail, b"taken")


class LateError(Exception):
    """Registered after the server was made."""


def test_rows_of_the_process_hold_as_well() -> None:
    """Those that come later, too."""

    @grpc_stream(service="statuses.Test")
    async def fail(request: GrpcRequest) -> GrpcResponse:
        raise LateError("late")

    with Client(fail, exceptions=around.STATUSES) as client:
        with pytest.raises(GrpcError, match="INTERNAL"):
            client.call(fail)
        register_exception(LateError, StatusCode.ABORTED)
        with pytest.raises(GrpcError, match="ABORTED: late"):
            client.call(fail)
