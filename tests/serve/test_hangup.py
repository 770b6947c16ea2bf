"""SIGHUP: new workers one by one, and nothing is lost."""

import os
import signal
import ssl
import threading
from pathlib import Path

import pytest
from answering import OWN_CONNECTION
from certificates import make
from changing import NOT_COMPILED, waiting, write
from processes import WAIT, Served, serving
from wire import grpc


class Load:
    """Clients that call all the time, on connections that they keep and on new ones."""

    def __init__(self, address: str) -> None:
        self.failed: list[BaseException] = []
        self.seen: set[bytes] = set()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(address, kept)) for kept in (True, True, False)]
        for thread in self._threads:
            thread.start()

    def _call(self, address: str, kept: bool) -> None:
        options = [("grpc.use_local_subchannel_pool", 1)]
        try:
            with grpc.insecure_channel(address, options) as channel:
                answer = channel.unary_unary("/changing.Changing/Answer")
                while not self._ended.is_set():
                    if kept:
                        self.seen.add(answer(b"", timeout=WAIT))
                        continue
                    with grpc.insecure_channel(address, options) as another:
                        self.seen.add(another.unary_unary("/changing.Changing/Answer")(b"", timeout=WAIT))
        except BaseException as error:
            self.failed.append(error)

    def end(self) -> None:
        """End them; none of their calls has failed."""
        self._ended.set()
        for thread in self._threads:
            thread.join(WAIT)
        assert self.failed == []


def answer(served: Served) -> bytes:
    """The answer on a new connection."""
    with grpc.insecure_channel(served.address, OWN_CONNECTION) as channel:
        return bytes(channel.unary_unary("/changing.Changing/Answer")(b"", timeout=WAIT))


def test_new_workers_take_over(tmp_path: Path) -> None:
    """SIGHUP under load, with a call in flight, after the code has changed.

    Threshold: no call fails, the call in flight is finished by the old worker, and new ones run the new code.
    """
    with waiting(tmp_path, "--grace", "60s", workers=2) as changing:
        served = changing.served
        load = Load(served.address)
        write(changing.module, "two")
        served.process.send_signal(signal.SIGHUP)
        served.err.wait_for("SIGHUP: replacing the workers one by one")
        found = served.out.wait_for(r"worker (\d) serving on \S+ \(pid (\d+)\)", times=4)
        assert [match[1] for match in found[2:]] == ["1", "2"]
        served.err.wait_for("all workers have been replaced")
        served.err.wait_for("draining connections", times=2)
        assert {answer(served) for _ in range(20)} == {b"two"}
        load.end()
        assert load.seen == {b"one", b"two"}
        changing.arrived.close()
        assert changing.call.result() == b"one"
        assert served.stop() == 0
        assert not set(served.pids) & {int(match[2]) for match in found[2:]}


def test_code_that_cannot_be_imported(tmp_path: Path) -> None:
    """The old workers serve on; the next SIGHUP finds it mended."""
    module = tmp_path / "changing.py"
    write(module, "one")
    with serving("changing", cwd=tmp_path, env=NOT_COMPILED, workers=2) as served:
        module.write_text("this is no Python")
        served.process.send_signal(signal.SIGHUP)
        served.err.wait_for("the successor of worker 1 ended with exit code 2: the workers that are left serve on")
        assert {answer(served) for _ in range(20)} == {b"one"}
        write(module, "two")
        served.process.send_signal(signal.SIGHUP)
        served.out.wait_for(r"worker 2 serving on", times=2)
        served.err.wait_for("draining connections", times=2)
        assert {answer(served) for _ in range(20)} == {b"two"}
        assert served.stop() == 0


def test_the_end_in_between(tmp_path: Path) -> None:
    """SIGTERM while an old worker drains and a new one starts: the call in flight is finished, and all end."""
    with waiting(tmp_path, "--grace", "60s", workers=2) as changing:
        served = changing.served
        served.process.send_signal(signal.SIGHUP)
        served.out.wait_for(r"worker 1 serving on", times=2)
        served.process.send_signal(signal.SIGTERM)
        served.err.wait_for("draining: the workers have 60 s")
        changing.arrived.close()
        assert changing.call.result() == b"one"
        assert served.process.wait(WAIT) == 0, served.err.text()


def test_one_process_drains() -> None:
    """There is nobody to start it again, and it does not die without a word."""
    with serving("probes", "--grace", "60s") as served, grpc.insecure_channel(served.address) as channel:
        talk = channel.stream_stream("/probes.Probes/Talk")
        ended = threading.Event()

        def messages() -> object:
            yield b"one"
            ended.wait(WAIT)
            yield b"two"

        answered = talk(messages(), timeout=WAIT)
        assert next(answered) == b"ONE"
        served.process.send_signal(signal.SIGHUP)
        served.err.wait_for("draining connections")
        # Some send it beside SIGTERM: the second signal that ends at once is another.
        served.process.send_signal(signal.SIGHUP)
        ended.set()
        assert list(answered) == [b"TWO"]
        assert served.process.wait(WAIT) == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_under_nohup_it_is_ignored(workers: int) -> None:
    """By whom it was ignored before."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with serving("probes", workers=workers) as served:
            served.process.send_signal(signal.SIGHUP)
            with grpc.insecure_channel(served.address) as channel:
                assert channel.unary_unary("/probes.Probes/Echo")(b"here", timeout=WAIT) == b"here"
            assert served.stop() == 0
            assert "SIGHUP" not in served.err.whole()
    finally:
        signal.signal(signal.SIGHUP, before)


def certificate(address: str) -> str:
    """What a server shows to a client that asks for nothing else."""
    host, port = address.split(":")
    return ssl.get_server_certificate((host, int(port)))


def test_workers_have_the_files_of_today(tmp_path: Path) -> None:
    """A certificate that was renewed is shown after SIGHUP."""
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    before, after = make(tmp_path / "before"), make(tmp_path / "after")
    live = tmp_path / "live"
    live.symlink_to(before.folder)
    options = ("--tls-cert", str(live / "server.pem"), "--tls-key", str(live / "server.key"))
    with serving("probes", *options, workers=2) as served:
        assert certificate(served.address).split() == before.file("server.pem").read_text().split()
        os.replace(_link(tmp_path / "new", after.folder), live)
        served.process.send_signal(signal.SIGHUP)
        served.out.wait_for("serving on", times=4)
        served.err.wait_for("draining connections", times=2)
        assert certificate(served.address).split() == after.file("server.pem").read_text().split()
        assert served.stop() == 0


def _link(path: Path, target: Path) -> Path:
    path.symlink_to(target)
    return path
