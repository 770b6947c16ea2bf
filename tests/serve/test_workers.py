"""Worker processes on one port, and their supervisor."""

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from answering import OWN_CONNECTION
from changing import NOT_COMPILED, answer_of, write
from processes import WAIT, cpu, serving, spikard, stat
from raw_client import RawClient
from wire import grpc

STARTING = '''
import subprocess, sys
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

LOOK = """
import os
found = [name for name in os.environ if name == "SPIKARD_WORKER"]
for fd in range(3, 64):
    try:
        found.append(os.readlink(f"/proc/self/fd/{fd}"))
    except OSError:
        pass
print([name for name in found if "socket" in name or "WORKER" in name])
"""


@grpc_stream(service="starting.Starting")
def look(request: GrpcRequest) -> GrpcResponse:
    looked = subprocess.run([sys.executable, "-c", LOOK], stdout=subprocess.PIPE, close_fds=False, check=True)
    return GrpcResponse(looked.stdout.strip())
'''


def pid_of(channel: Any, **options: object) -> int:
    """The process that a connection leads to."""
    return int(channel.unary_unary("/probes.Probes/Pid")(b"", timeout=WAIT, **options))


@contextmanager
def connections(address: str, pids: list[int], each: int = 2) -> Generator[dict[int, list[Any]]]:
    """Connections to every worker: as the kernel hands them out, until each has enough."""
    found: dict[int, list[Any]] = {pid: [] for pid in pids}
    channels: list[Any] = []
    try:
        while min(map(len, found.values())) < each:
            assert len(channels) < 200, "the kernel does not share the port out"
            channel = grpc.insecure_channel(address, OWN_CONNECTION)
            channels.append(channel)
            found[pid_of(channel)].append(channel)
        yield found
    finally:
        for channel in channels:
            channel.close()


def gone(pid: int) -> bool:
    """Whether a process has ended, as far as others can tell."""
    try:
        return stat(pid)[0] == "Z"
    except FileNotFoundError:
        return True


def started(pid: int) -> float:
    """When a process was started, in seconds since the machine was."""
    return int(stat(pid)[19]) / os.sysconf("SC_CLK_TCK")


def test_workers_share_the_port() -> None:
    """One line each, one table, each in a session of its own, and all of them take connections."""
    with serving("probes", workers=3) as served:
        out = served.out.text()
        assert out.count("SERVICE") == 1
        # The first says the table; the others start at once, and are ready in any order.
        assert sorted(re.findall(r"worker (\d) serving on", out)) == ["1", "2", "3"]
        assert len({served.process.pid, *served.pids}) == 4
        for pid in served.pids:
            assert os.getsid(pid) == pid
        with connections(served.address, served.pids, each=1):
            pass
        assert served.stop() == 0
        assert all(map(gone, served.pids))


def test_the_share_is_even() -> None:
    """The kernel spreads many connections over the workers."""
    with serving("probes", workers=2) as served:
        share: Counter[int] = Counter()
        for _ in range(60):
            client = RawClient(served.address)
            share[int(client.call_many("/probes.Probes/Pid", [b""])[0])] += 1
            client.close()
    assert set(share) == set(served.pids)
    # Each connection goes either way: fewer than 10 of 60 on one side comes once in twenty million runs.
    assert min(share.values()) >= 10


@pytest.mark.alone
def test_a_worker_that_is_killed_under_load() -> None:
    """Restarted within a second; the others' calls are not disturbed, and new connections are never refused."""
    with serving("probes", workers=2) as served:
        victim, other = served.pids
        with connections(served.address, served.pids, each=1) as channels:
            ended = threading.Event()
            failed: list[BaseException] = []
            calls: Counter[str] = Counter()

            def on_the_other(channel: Any) -> None:
                while not ended.is_set():
                    try:
                        assert pid_of(channel) == other
                        calls["other"] += 1
                    except BaseException as error:
                        failed.append(error)
                        return

            def on_new_ones() -> None:
                while not ended.is_set():
                    try:
                        with grpc.insecure_channel(served.address, OWN_CONNECTION) as channel:
                            pid_of(channel)
                            calls["new"] += 1
                    except BaseException as error:
                        failed.append(error)
                        return

            threads = [threading.Thread(target=on_the_other, args=(channel,)) for channel in channels[other]]
            threads.append(threading.Thread(target=on_new_ones))
            # These begin after the kill: what a killed process had accepted is lost with it.
            for thread in threads[:-1]:
                thread.start()
            while calls["other"] < 50:
                time.sleep(0.001)
            killed = time.clock_gettime(time.CLOCK_BOOTTIME)
            os.kill(victim, signal.SIGKILL)
            served.err.wait_for(rf"worker 1 \(pid {victim}\) was ended by SIGKILL; restarting it now")
            threads[-1].start()
            *_, back = served.out.wait_for(r"worker 1 serving on \S+ \(pid (\d+)\)", times=2)
            new = int(back[1])
            took = started(new) - killed, cpu(new)
            before = calls["other"]
            while calls["other"] < before + 50 and not failed:
                time.sleep(0.001)
            ended.set()
            for thread in threads:
                thread.join(WAIT)
        assert failed == []
        assert calls["new"] > 0
        # What the supervisor waits, and what a start takes of the CPU: how long others have the CPU is theirs.
        assert sum(took) < 1, f"{took} s\n{served.err.text()}"
        with connections(served.address, [new, other], each=1):
            pass
        assert served.stop() == 0


def test_a_worker_that_dies_again_and_again_is_given_time() -> None:
    """Each time, the log says how long."""
    with serving("probes", workers=2) as served:
        for times in (1, 2, 3):
            *_, last = served.out.wait_for(r"worker 1 serving on \S+ \(pid (\d+)\)", times=times)
            os.kill(int(last[1]), signal.SIGKILL)
        served.err.wait_for(r"worker 1 .* restarting it now")
        served.err.wait_for(r"worker 1 .* restarting it in 0\.1 s")
        served.err.wait_for(r"worker 1 .* restarting it in 0\.2 s")
        served.out.wait_for(r"worker 1 serving on", times=4)
        assert served.stop() == 0


def test_orphans_end() -> None:
    """Workers whose supervisor is killed drain, and are gone."""
    with serving("probes", "--grace", "1s", workers=2) as served, connections(served.address, served.pids, each=1):
        served.process.kill()
        served.process.wait(WAIT)
        deadline = time.monotonic() + WAIT
        while not all(map(gone, served.pids)):
            assert time.monotonic() < deadline, "the workers live on"
            time.sleep(0.01)


def test_a_second_server_on_the_port_is_refused() -> None:
    """Though the workers share it among themselves."""
    with serving("probes", workers=2) as served:
        done = spikard("serve", "probes", "--workers", "2", "--bind", served.address)
        assert done.returncode == 2
        assert "Address already in use" in done.stderr


@pytest.mark.parametrize("target", ["no_such_module", "broken_import", "nothing"])
def test_a_mistake_is_said_once(target: str) -> None:
    """By the first worker; the exit code is that of a mistake."""
    done = spikard("serve", target, "--workers", "3", "--bind", "127.0.0.1:0")
    assert done.returncode == 2
    assert done.stderr.count("spikard: error: ") == 1
    assert done.stdout == ""


def test_a_unix_socket_is_shared(tmp_path: Path) -> None:
    """All workers take from it, and it is gone in the end."""
    path = tmp_path / "spikard.sock"
    with serving("probes", "--uds", str(path), workers=2, bind="") as served:
        with grpc.insecure_channel(served.address, [("grpc.default_authority", "localhost")]) as channel:
            assert pid_of(channel) in served.pids
        assert served.stop() == 0
    assert not path.exists()


def test_what_a_handler_starts_inherits_nothing(tmp_path: Path) -> None:
    """Neither what the supervisor tells a worker, nor its sockets."""
    (tmp_path / "starting.py").write_text(STARTING)
    with serving("starting", "--app-dir", str(tmp_path), workers=2) as served:
        with grpc.insecure_channel(served.address) as channel:
            assert channel.unary_unary("/starting.Starting/Look")(b"", timeout=WAIT) == b"[]"


@pytest.mark.parametrize("workers", [1, 2])
def test_reload(workers: int, tmp_path: Path) -> None:
    """A changed file restarts the workers; one that is broken waits for the next change."""
    module = tmp_path / "changing.py"
    write(module, "one")
    with serving("changing", "--reload", "--grace", "1s", cwd=tmp_path, workers=workers, env=NOT_COMPILED) as served:
        served.out.wait_for("worker 1 serving on")
        answer_of(served, b"one")
        write(module, "two")
        served.err.wait_for(r"changed: changing\.py; restarting")
        answer_of(served, b"two")
        module.write_text("this is no Python")
        served.err.wait_for("SyntaxError")
        served.err.wait_for("could not start; waiting for a change")
        write(module, "three")
        answer_of(served, b"three")
        assert served.stop() == 0


def test_reload_without_watchfiles(tmp_path: Path) -> None:
    """A clear message."""
    (tmp_path / "watchfiles.py").write_text("raise ImportError('not here')\n")
    done = spikard("serve", "probes", "--reload", "--bind", "127.0.0.1:0", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert "spikard: error: --reload needs watchfiles, which is not installed: pip install watchfiles" in done.stderr
