"""What a buffered stream takes of the memory of `spikard serve`.

For Linux: what a process takes is read from `/proc`, as in `test_many_calls.py`.
"""

from pathlib import Path
from types import SimpleNamespace

import pytest
from clients import with_grpcio
from processes import serving

from spikard._serving import memory

HANDLER = """
from spikard.grpc import GrpcClientStreamRequest, GrpcResponse, grpc_stream


@grpc_stream(service="sizes.Sizes")
async def size(request: GrpcClientStreamRequest) -> GrpcResponse:
    return GrpcResponse(str(sum(map(len, request.messages))).encode())
"""


def resident(pid: int, field: str) -> int:
    """A field of the process's status, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize(("messages", "size"), [(1_024, 65_536), (10_000, 1_000)])
def test_a_buffered_stream_takes_its_size_and_little_more(tmp_path: Path, messages: int, size: int) -> None:
    (tmp_path / "sizes.py").write_text(HANDLER)
    payload = messages * size
    with serving("sizes", cwd=tmp_path) as served:
        (pid,) = served.pids
        stream = [b"x" * 24] * 10
        for _ in range(3):
            assert with_grpcio(served.address, "/sizes.Sizes/Size", "stream_unary", stream).messages == [b"240"]
        before = resident(pid, "VmRSS")
        taken = []
        for _ in range(3):
            # VmHWM begins anew.
            Path(f"/proc/{pid}/clear_refs").write_text("5")
            answer = with_grpcio(served.address, "/sizes.Sizes/Size", "stream_unary", [b"x" * size] * messages)
            assert (answer.code, answer.messages) == ("OK", [str(payload).encode()]), answer.text
            taken.append((resident(pid, "VmHWM") - before) / payload)
    # The second of three: once in a while the heap is in pieces.
    assert sorted(taken)[1] <= 1.15, f"{taken} of the payload"


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, 1),
        ({"GLIBC_TUNABLES": "glibc.malloc.trim_threshold=1"}, 1),
        ({"GLIBC_TUNABLES": "glibc.malloc.arena_max=4"}, 0),
        ({"MALLOC_ARENA_MAX": "4"}, 0),
    ],
)
def test_what_the_user_says_of_arenas_stands(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], asked: int
) -> None:
    times: list[bool] = []
    monkeypatch.setattr(memory, "native", lambda: SimpleNamespace(one_arena=lambda: times.append(True)))
    memory.one_arena(environment)
    assert len(times) == asked
