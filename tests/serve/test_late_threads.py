"""Threads that read an answer when the interpreter ends: it would abort where Rust is below code of the user's."""

from pathlib import Path

import pytest
from processes import WAIT, serving
from wire import grpc

HANDLERS = """
import time
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream


def forever(where):
    print("in the", where, flush=True)
    while True:
        time.sleep(0.001)


class Shown:
    def __repr__(self):
        forever("repr")


class Lazy(GrpcResponse):
    @property
    def payload(self):
        forever("property")

    @payload.setter
    def payload(self, value): ...


class Mapping(dict):
    def items(self):
        forever("mapping")


@grpc_stream(service="late.Late")
def answer(request: GrpcRequest) -> GrpcResponse:
    kind = request.payload.decode()
    if kind == "repr":
        return Shown()
    if kind == "payload":
        return GrpcResponse(Shown())
    if kind == "mapping":
        response = GrpcResponse()
        response.metadata = Mapping(a="b")
        return response
    return Lazy()
"""


@pytest.mark.parametrize(
    ("kind", "where"), [("repr", "repr"), ("payload", "repr"), ("property", "property"), ("mapping", "mapping")]
)
def test_a_thread_that_reads_an_answer_at_the_end(kind: str, where: str, tmp_path: Path) -> None:
    """It is cut off, and the process ends as it would without it."""
    (tmp_path / "late.py").write_text(HANDLERS)
    with serving("late", "--grace", "200ms", cwd=tmp_path) as served:
        with grpc.insecure_channel(served.address) as channel:
            call = channel.unary_unary("/late.Late/Answer").future(kind.encode(), timeout=WAIT)
            served.out.wait_for(f"in the {where}")
            assert served.stop() == 0, served.err.whole()
            assert call.code() is grpc.StatusCode.UNAVAILABLE
        assert "FATAL" not in served.err.whole()
