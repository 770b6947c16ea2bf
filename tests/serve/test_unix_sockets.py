"""The file of a Unix socket: the process that made it removes it, whichever others accept from it."""

import contextlib
import os
import re
import signal
import socket
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from processes import WAIT, serving, spikard
from wire import grpc

from spikard.grpc import Server

# grpcio's own name for a Unix socket is no authority that HTTP allows.
OPTIONS = [
    ("grpc.default_authority", "localhost"),
    ("grpc.use_local_subchannel_pool", 1),
    # grpcio tries again by itself, without end, on a new connection that a server in its drain says good-bye to.
    ("grpc.enable_retries", 0),
]
HANDLER = """
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream


@grpc_stream(service="changing.Changing")
async def answer(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(b"{answer}")
"""


def call(path: Path, method: str) -> bytes:
    """Call over a connection of its own."""
    with grpc.insecure_channel(f"unix:{path}", OPTIONS) as channel:
        answer: bytes = channel.unary_unary(method)(b"", timeout=WAIT, wait_for_ready=True)
        return answer


def answer_of(path: Path, expected: bytes) -> None:
    """Wait for an answer of the handler; a worker that drains may refuse."""
    answer = b""
    deadline = time.monotonic() + WAIT
    while answer != expected:
        assert time.monotonic() < deadline, f"the answer is still {answer!r}"
        with contextlib.suppress(grpc.RpcError):
            answer = call(path, "/changing.Changing/Answer")


@pytest.mark.parametrize(
    ("number", "how"),
    [(signal.SIGTERM, "ended with exit code 0"), (signal.SIGKILL, "was ended by SIGKILL")],
    ids=["SIGTERM", "SIGKILL"],
)
def test_a_worker_that_ends_leaves_the_socket_to_the_others(number: signal.Signals, how: str, tmp_path: Path) -> None:
    """Its successor takes connections from the same one."""
    path = tmp_path / "spikard.sock"
    with serving("probes", "--uds", str(path), workers=2, bind="") as served:
        inode = path.stat().st_ino
        first, second = served.pids
        os.kill(first, number)
        served.err.wait_for(rf"worker \d \(pid {first}\) {how}; restarting it now")
        *_, back = served.out.wait_for(r"worker \d serving on \S+ \(pid (\d+)\)", times=3)
        assert path.stat().st_ino == inode
        assert int(call(path, "/probes.Probes/Pid")) in {int(back[1]), second}
        assert served.stop() == 0
    assert not path.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_change_leaves_the_socket_to_the_next_workers(workers: int, tmp_path: Path) -> None:
    """With `--reload`, however often."""
    path = tmp_path / "spikard.sock"
    module = tmp_path / "changing.py"
    module.write_text(HANDLER.format(answer="0"))
    # Compiled files tell changes apart by the second, and these come faster.
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    options = ("--uds", str(path), "--reload", "--grace", "1s")
    with serving("changing", *options, cwd=tmp_path, workers=workers, env=env, bind="") as served:
        for change in range(1, 3):
            # At once, which is one change to who watches.
            new = tmp_path / "changing.new"
            new.write_text(HANDLER.format(answer=change))
            new.replace(module)
            served.err.wait_for(r"changed: changing\.py; restarting", times=change)
            answer_of(path, str(change).encode())
        assert served.stop() == 0
        assert "cannot" not in served.err.whole()
    assert not path.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_socket_of_another_server_stays(workers: int, tmp_path: Path) -> None:
    """One that has taken the path meanwhile."""
    path = tmp_path / "spikard.sock"
    with (
        serving("probes", "--uds", str(path), workers=workers, bind="") as served,
        socket.socket(socket.AF_UNIX) as own,
    ):
        path.unlink()
        own.bind(str(path))
        assert served.stop() == 0
        assert path.is_socket()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_permissions_can_be_chosen(workers: int, tmp_path: Path) -> None:
    """Whatever the umask is."""
    path = tmp_path / "spikard.sock"
    with serving("probes", "--uds", str(path), "--uds-mode", "660", workers=workers, bind=""):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert call(path, "/probes.Probes/Pid")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"uds_mode": "0o999", "uds": "never.sock"},
            'uds_mode must be permissions in octal, "660" or 0o660, not "0o999"',
        ),
        ({"uds_mode": 660, "uds": "never.sock"}, 'uds_mode must be permissions in octal, "660" or 0o660, not 660'),
        ({"uds_mode": 0o660, "bind": "127.0.0.1:0"}, "uds_mode is given without uds: 127.0.0.1:0 is no Unix socket"),
    ],
)
def test_permissions_that_are_none(options: dict[str, Any], text: str) -> None:
    """Said before anything is done."""
    with pytest.raises(ValueError, match=re.escape(text)):
        Server("probes", **options)


def test_what_clients_of_grpcio_need_is_said_at_the_start(tmp_path: Path) -> None:
    """Their calls are reset without it, below everything that could say so."""
    path = tmp_path / "spikard.sock"
    with serving("probes", "--uds", str(path), bind="") as served:
        served.err.wait_for(r'INFO .*\(grpcio\) need the channel option \("grpc.default_authority", "localhost"\)')
    assert "grpcio's clients need grpc.default_authority" in spikard("serve", "--help").stdout.replace(
        "\n" + " " * 32, " "
    )
