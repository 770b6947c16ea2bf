"""Listening sockets that a server shares with its successor, is handed, or closes."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from processes import HANDLERS, WAIT, Served, free_port, serving, spikard
from raw_client import RawClient
from wire import grpc


@pytest.mark.parametrize("workers", [1, 2])
def test_a_successor_on_the_same_port(workers: int) -> None:
    """A server is replaced by a second one on its port (`reuse_port`), under load.

    Threshold: no call fails.
    """
    failed: list[BaseException] = []
    seen: set[bytes] = set()
    ended = threading.Event()
    address = free_port()

    def call() -> None:
        try:
            with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
                pid = channel.unary_unary("/probes.Probes/Pid")
                while not ended.is_set():
                    seen.add(pid(b"", timeout=WAIT))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=call) for _ in range(4)]
    with ExitStack() as servers:
        before: Served | None = None
        for _ in range(4):
            successor = servers.enter_context(serving("probes", "--reuse-port", workers=workers, bind=address))
            if before is None:
                for thread in threads:
                    thread.start()
            else:
                assert before.stop() == 0
            expected = {str(pid).encode() for pid in successor.pids}
            while not seen & expected and not failed:
                ended.wait(0.01)
            before = successor
        ended.set()
        for thread in threads:
            thread.join(WAIT)
    assert failed == []


def test_both_must_say_so() -> None:
    """A server that does not share its port is alone on it, whichever comes first."""
    with serving("probes", "--reuse-port") as served:
        done = spikard("serve", "probes", "--bind", served.address)
        assert done.returncode == 2
        assert "Address already in use" in done.stderr
    with serving("probes") as served:
        done = spikard("serve", "probes", "--reuse-port", "--bind", served.address)
        assert done.returncode == 2
        assert "Address already in use" in done.stderr


def handed_on(listening: socket.socket, workers: int = 1) -> AbstractContextManager[Served]:
    """Start a server on a socket that listens already."""
    fd = listening.fileno()
    return serving("probes", "--fd", str(fd), bind="", workers=workers, pass_fds=[fd])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_socket_that_is_handed_on(workers: int) -> None:
    """As systemd does: connections wait in it from before the start."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = RawClient("{}:{}".format(*listening.getsockname()))
        with handed_on(listening, workers) as served:
            assert client.call_many("/probes.Probes/Echo", [b"one"]) == [b"one"]
            client.close()
            assert served.stop() == 0


def test_a_unix_socket_that_is_handed_on_stays(tmp_path: Path) -> None:
    """Its file is of whoever made it."""
    path = tmp_path / "given.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        with handed_on(listening) as served:
            assert served.address == f"unix:{path}"
            assert served.stop() == 0
    assert path.exists()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--fd", "87"), "fd 87 is no socket of this process: Bad file descriptor"),
        (("--fd", "zero"), '--fd must be a whole number, not "zero"'),
        (("--fd", "0"), "--fd"),
        (("--fd", "3", "--bind", "127.0.0.1:0"), "--bind and --fd are both given: a server listens on an address,"),
        (("--fd", "3", "--uds", "x"), "--uds and --fd are both given"),
        (("--reuse-port", "--uds", "x"), "--reuse-port is given for unix:x: only servers on a port can share it"),
        (("--worker-timeout", "soon"), "--worker-timeout"),
        (("--unhealthy-after", "-1"), "--unhealthy-after"),
    ],
)
def test_mistakes(options: tuple[str, ...], text: str) -> None:
    """One clear message each."""
    done = spikard("serve", "probes", *options)
    assert done.returncode == 2
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_descriptor_that_does_not_listen() -> None:
    """One clear message."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        command = [sys.executable, "-m", "spikard", "serve", "probes", "--fd", str(bound.fileno())]
        done = subprocess.run(
            command, cwd=HANDLERS, capture_output=True, text=True, check=False, pass_fds=[bound.fileno()], timeout=WAIT
        )
    assert done.returncode == 2
    assert "is a socket that does not listen for connections" in done.stderr


@pytest.mark.parametrize("round_", range(3))
def test_what_waits_to_be_accepted_is_served(round_: int) -> None:
    """Connections that the kernel has taken, and the server has not, when the drain begins.

    Threshold: each call on them is answered.
    """
    with serving("probes") as served:
        os.kill(served.process.pid, signal.SIGSTOP)
        clients = [RawClient(served.address) for _ in range(20)]
        served.process.send_signal(signal.SIGTERM)
        os.kill(served.process.pid, signal.SIGCONT)
        for client in clients:
            assert client.call_many("/probes.Probes/Echo", [b"one"]) == [b"one"]
            client.close()
        assert served.process.wait(WAIT) == 0
