"""The command: what it prints, what it says of mistakes, how its options are given."""

import contextlib
import json
import os
import re
import resource
import signal
import socket
from importlib.metadata import version
from pathlib import Path

import pytest
from processes import HANDLERS, WAIT, serving, spikard
from wire import grpc


def test_version() -> None:
    """One line, and the same through the module."""
    for flag in ("--version", "-V"):
        done = spikard(flag)
        assert (done.returncode, done.stdout) == (0, f"spikard {version('spikard')}\n")


@pytest.mark.parametrize("level", ["warn", "WARNING"])
def test_a_level_as_others_write_it(level: str) -> None:
    """In any case, and by its short name."""
    with serving("counting", env={"SPIKARD_LOG_LEVEL": level}) as served:
        assert served.stop() == 0
        assert "INFO" not in served.err.whole()


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        ((), ["serve", "routes", "examples:", "@grpc_stream(service="]),
        (
            ("serve",),
            [
                "--bind",
                "--workers",
                "--reload",
                "--max-messages",
                "--tls-cert",
                "--grace",
                "SPIKARD_BIND",
                "exit codes",
            ],
        ),
        (("routes",), ["--json", "examples:"]),
    ],
)
def test_help(command: tuple[str, ...], parts: list[str]) -> None:
    """With examples, in lines that fit a terminal."""
    done = spikard(*command, "--help")
    assert done.returncode == 0
    for part in parts:
        assert part in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 92


def test_routes() -> None:
    """The table, and what a method sets for itself."""
    done = spikard("routes", "probes:join", "counting", "--max-message-bytes", "1KiB")
    assert done.returncode == 0, done.stderr
    lines = [re.split("  +", line) for line in done.stdout.splitlines()]
    assert lines == [
        ["SERVICE", "METHOD", "KIND", "HANDLER", "LIMITS"],
        ["probes.Probes", "Join", "client streaming", "probes:join (Python)", "5 messages, 200 bytes"],
        ["counting.Counter", "Count", "unary", "counting:Counter.count (Python)", "1 KiB"],
        ["counting.Counter", "Name", "unary", "counting:Counter.get_name (Python)", "1 KiB"],
    ]


def test_routes_as_json() -> None:
    """Everything, for programs."""
    done = spikard("routes", "probes:join", "--json", "--timeout", "5s")
    assert done.returncode == 0, done.stderr
    (route,) = json.loads(done.stdout)
    place = route.pop("place")
    assert re.fullmatch(rf"{HANDLERS}/probes.py:\d+", place)
    assert route == {
        "service": "probes.Probes",
        "method": "Join",
        "path": "/probes.Probes/Join",
        "kind": "client_streaming",
        "handler": "probes:join",
        "runs": "event loop",
        "limits": {
            "max_messages": 5,
            "max_message_bytes": 100,
            "max_stream_bytes": 200,
            "max_decoded_bytes": 128 << 20,
            "timeout": 5.0,
            "idle_timeout": 60.0,
            "accept_compression": True,
            "refuse_retried_uploads": False,
            "undecodable_as_invalid_argument": True,
        },
    }


def test_the_table_at_the_start() -> None:
    """What is served, then where; the exit code of a drain is 0."""
    with serving("counting") as served:
        assert served.stop() == 0
        out = served.out.whole()
    assert "counting.Counter  Count   unary  counting:Counter.count (Python)" in out
    assert re.search(r"\nserving on 127\.0\.0\.1:\d+ \(pid \d+\)\n$", out)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["no_such_module"], ['there is no module "no_such_module"; the module search path is:', str(HANDLERS)]),
        (["probes:ecko"], ['has no "ecko"', 'did you mean "echo"?']),
        (["nothing"], ['the module "nothing" declares no handlers']),
        (["probes", "second_echo"], ["/probes.Probes/Echo has two handlers, probes:echo", "second_echo:other"]),
        (["broken_annotation"], ["@grpc_stream on broken_annotation.upload", "is answered with a GrpcResponse"]),
        (["leaves"], ['the module "leaves" failed when it was imported', "SystemExit: 7"]),
        (["probes", "--workers", "0"], ["--workers must be 1 or more, not 0"]),
        (["probes", "-w", "many"], ['--workers must be a whole number, not "many"']),
        (["probes", "--threads", "1.5"], ["--threads must be a whole number, not 1.5"]),
        (["probes", "--bind", "nowhere"], ['--bind: "nowhere" is not an address: write host:port']),
        (["probes", "--grace", "soon"], ['"soon" is not a duration']),
        (["probes", "--max-stream-bytes", "8mb"], ['"8mb" is not a size']),
        (["probes", "--loop", "fast"], ['--loop must be one of auto, asyncio, uvloop, not "fast"']),
        (["probes", "--log-level", "loud"], ["--log-level must be one of critical, error"]),
        (["probes", "--compression", "lz4"], ["--compression must be one of identity, gzip, deflate, zstd"]),
        (["probes", "--tls-cert", "x.pem"], ["--tls-cert is given without --tls-key"]),
        (["probes", "--tls-cert", "/no/x.pem", "--tls-key", "/no/x.key"], ["--tls-cert cannot be read", "/no/x.pem"]),
        (["probes", "--uds", ""], ["--uds is empty"]),
        (["probes", "--bind", "127.0.0.1:0", "--uds", "/tmp/x"], ["--bind and --uds are both given"]),
        (["probes", "--no-such-flag"], ["unrecognized arguments: --no-such-flag", "spikard serve --help tells more"]),
        (["probes", "--port", "1"], ["unrecognized arguments: --port 1; did you mean --bind HOST:PORT?"]),
        (["probes", "--max-mesages=1"], ["unrecognized arguments: --max-mesages=1; did you mean --max-messages?"]),
        (["probes", "--bind", "unix:@name"], ['--bind: "unix:@name": there are no abstract sockets here']),
        (["probes", "--timeout", "1e-12"], ["--timeout must be more than 1e-12 seconds"]),
        (["probes", "--reload-dir", "/nowhere"], ["--reload-dir is given without --reload: nothing would be watched"]),
        (["probes", "--reload", "--reload-dir", "probes.py"], ['the folder to watch, "probes.py", is a file']),
        ([], ["the following arguments are required: TARGET"]),
    ],
)
def test_mistakes(arguments: list[str], parts: list[str]) -> None:
    """One message, exit code 2, and no traceback of spikard's or Rust's."""
    done = spikard("serve", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("spikard: error: ")
    for part in parts:
        assert part in done.stderr
    assert "RUST_BACKTRACE" not in done.stderr
    assert "/spikard/" not in done.stderr.replace(str(HANDLERS), "").partition("failed when it was imported")[2]


def test_an_import_that_fails_shows_the_users_frames() -> None:
    """The original traceback without the frames of the import itself."""
    done = spikard("serve", "broken_import")
    assert done.returncode == 2
    file = HANDLERS / "broken_import.py"
    # Later versions of Python mark the part of a line.
    said = re.sub(r"^ +[~^]+\n", "", done.stderr, flags=re.MULTILINE)
    assert said == (
        'spikard: error: the module "broken_import" failed when it was imported:\n'
        "Traceback (most recent call last):\n"
        f'  File "{file}", line 9, in <module>\n'
        "    set_up()\n"
        f'  File "{file}", line 6, in set_up\n'
        '    raise LookupError("the database is not there")\n'
        "LookupError: the database is not there\n"
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use(workers: str) -> None:
    """Whether one process would share it or not."""
    with serving("probes") as served:
        done = spikard("serve", "probes", "--bind", served.address, "--workers", workers)
    assert done.returncode == 2
    assert f"spikard: error: cannot listen on {served.address}: Address already in use; stop the program" in done.stderr


def test_environment() -> None:
    """A flag takes precedence over its variable."""
    env = {"SPIKARD_MAX_MESSAGES": "7", "SPIKARD_MAX_MESSAGE_BYTES": "2KiB"}
    done = spikard("routes", "probes:reverse", "--json", "--max-messages", "8", env=env)
    (route,) = json.loads(done.stdout)
    assert (route["limits"]["max_messages"], route["limits"]["max_message_bytes"]) == (8, 2048)
    done = spikard("serve", "probes", env={"SPIKARD_WORKERS": "many"})
    assert done.returncode == 2
    assert 'the environment variable SPIKARD_WORKERS must be a whole number, not "many"' in done.stderr


def test_a_flag_goes_before_the_variable_of_its_counterpart(tmp_path: Path) -> None:
    """An address, a Unix socket and a descriptor are one choice."""
    path = tmp_path / "spikard.sock"
    with serving("probes", env={"SPIKARD_UDS": str(path)}) as served:
        assert served.address.startswith("127.0.0.1:")
    with serving("probes", "--uds", str(path), bind="", env={"SPIKARD_BIND": "127.0.0.1:0"}) as served:
        assert served.address == f"unix:{path}"
    with serving("probes", bind="", env={"SPIKARD_UDS": str(path), "SPIKARD_BIND": "127.0.0.1:0"}) as served:
        assert served.address == f"unix:{path}"
    with serving("probes", env={"SPIKARD_FD": "87"}) as served:
        assert served.address.startswith("127.0.0.1:")
    for flags in ((), ("--fd", "87")):
        env = {"SPIKARD_UDS": str(path), "SPIKARD_BIND": "127.0.0.1:0", **({} if flags else {"SPIKARD_FD": "87"})}
        assert "fd 87 is no socket of this process" in spikard("serve", "probes", *flags, env=env).stderr


def test_app_dir(tmp_path: Path) -> None:
    """Modules are found in a folder that is named."""
    done = spikard("routes", "counting", "--app-dir", str(HANDLERS), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_unix_socket(tmp_path: Path) -> None:
    """The file is gone after the drain."""
    path = tmp_path / "spikard.sock"
    with serving("probes", "--uds", str(path), bind="") as served:
        assert served.address == f"unix:{path}"
        with grpc.insecure_channel(served.address, [("grpc.default_authority", "localhost")]) as channel:
            assert channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT) == b"one"
        assert served.stop() == 0
    assert not path.exists()


def test_health_can_be_turned_off() -> None:
    """Then it is not there."""
    check = "/grpc.health.v1.Health/Check"
    with serving("probes", "--no-health") as served, grpc.insecure_channel(served.address) as channel:
        with pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary(check)(b"", timeout=WAIT)
        assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_loop() -> None:
    """Both event loops serve."""
    for loop in ("asyncio", "uvloop"):
        with serving("probes", "--loop", loop) as served, grpc.insecure_channel(served.address) as channel:
            assert channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT) == b"one"
            assert served.stop() == 0


def test_ctrl_c() -> None:
    """As SIGTERM: a drain, and no traceback."""
    with serving("probes") as served:
        assert served.stop(signal.SIGINT) == 0
        assert "Traceback" not in served.err.whole()


def test_a_wildcard_address() -> None:
    """IPv6 and IPv4 at once; a handler sees each client's address in its own form."""
    with serving("probes", bind="[::]:0") as served:
        port = int(served.address.rpartition(":")[2])
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, port), timeout=WAIT):
                pass
            shown = f"[{host}]" if ":" in host else host
            with grpc.insecure_channel(f"{shown}:{port}") as channel:
                peer = channel.unary_unary("/probes.Probes/Peer")(b"", timeout=WAIT).decode()
                assert peer.startswith(f"{shown}:")


def test_no_descriptors_are_left() -> None:
    """It is said once, not at each attempt, and serving goes on when there are some again."""
    with serving("probes") as served:
        pid = served.pids[0]
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(used) + 1, before[1]))
        host, port = served.address.rsplit(":", 1)
        with contextlib.ExitStack() as open_sockets:
            for _ in range(8):
                open_sockets.enter_context(socket.create_connection((host, int(port)), timeout=WAIT))
            served.err.wait_for(r"ERROR .*cannot accept connections until the system allows it; raise .*\(ulimit -n\)")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        with grpc.insecure_channel(served.address) as channel:
            assert channel.unary_unary("/probes.Probes/Echo")(b"on", timeout=WAIT, wait_for_ready=True) == b"on"
        assert served.err.text().count("cannot accept connections") == 1
