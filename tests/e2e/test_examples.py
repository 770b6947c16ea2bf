"""The programs of the examples, as a newcomer runs them."""

import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import grpc
import pytest

from checks import differences
from client import HANDLERS, call, encode, find_method, metadata_of, tables
from servers import BINARIES, ROOT, running

DEMO = ROOT / "examples" / "demo"
FILTERS = ("FilterStream", "FilterStreamInPython", "FilterStreamInTypedPython")


@pytest.mark.parametrize(
    ("binary", "served", "most"),
    [
        (
            "examples/in_tonic",
            {"TransformStream", "FilterStream", "FilterStreamInPython", "FilterStreamInTypedPython"},
            20_000,
        ),
        # `axum::serve` has no setting for HTTP/2's windows, which bound the small frames in flight.
        ("examples/in_axum", {"BatchCreate", *FILTERS}, 100),
    ],
)
def test_mounted_in_another_server(binary: str, served: set[str], most: int, tmp_path: Path) -> None:
    """Every call of the demo to what these servers have works there too, of up to so many messages."""
    calls = 0
    with (
        running(binary, tmp_path / "log") as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        for table in tables(DEMO):
            for handler in HANDLERS:
                if table.get(handler) not in served:
                    continue
                method = find_method(table["service"], table[handler])
                for entry in table["call"]:
                    messages = encode(method, entry.get("messages", ()))
                    if len(messages) > most:
                        continue
                    answer = call(channel, method, messages, metadata_of(entry.get("metadata", {})))
                    expected = entry.get(f"expect_{handler}", entry.get("expect", {}))
                    assert list(differences(method, expected, answer)) == []
                    calls += 1
    assert calls > 0


def test_plain_http_beside_grpc(tmp_path: Path) -> None:
    """The axum example answers plain HTTP on the same port."""
    with (
        running("examples/in_axum", tmp_path / "log") as server,
        urllib.request.urlopen(f"http://{server.address}/", timeout=30) as response,
    ):
        assert response.read() == b"gRPC is served here too\n"


def test_layers_refuse_tell_and_log(tmp_path: Path) -> None:
    """Without a token a call is refused before its handler; with one the handler knows the user; both are logged."""
    log = tmp_path / "log"
    with running("examples/with_layers", log) as server, grpc.insecure_channel(server.address) as channel:
        who_am_i = channel.unary_unary("/greet.Greeter/WhoAmI", bytes, bytes)
        with pytest.raises(grpc.RpcError) as refused:
            who_am_i(b"")
        assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
        assert refused.value.details() == "WhoAmI needs the metadata authorization: Bearer TOKEN"
        assert who_am_i(b"", metadata=(("authorization", "Bearer ann"),)) == b"ann"
    text = log.read_text()
    assert text.count("/greet.Greeter/WhoAmI") >= 2
    assert "tower_http" in text


def play_demo(calls: Path, log: Path) -> subprocess.CompletedProcess[str]:
    """Play the demo with the tables of a folder."""
    command: list[str | Path] = [BINARIES / "demo", "--python", sys.executable, "--calls", calls, "--log", log]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_demo_says_what_differs(tmp_path: Path) -> None:
    """An answer that is not as expected fails the demo, which says what it was."""
    calls = tmp_path / "calls"
    calls.mkdir()
    table = Path(shutil.copy(DEMO / "4-average.toml", calls))
    text = table.read_text()
    assert "value = 15" in text
    table.write_text(text.replace("value = 15", "value = 16"))
    demo = play_demo(calls, tmp_path / "log")
    assert demo.returncode == 1
    assert demo.stdout.count("message 0: it is {value: 15}, not {value: 16}") == 4
    assert "4 of 8 answers were not as expected" in demo.stdout


def test_demo_is_plain_text_in_a_pipe(tmp_path: Path) -> None:
    """Colour is for terminals."""
    demo = play_demo(DEMO, tmp_path / "log")
    assert demo.returncode == 0, demo.stdout
    assert "\x1b" not in demo.stdout
    assert demo.stderr == ""


def test_server_says_why_it_cannot_serve(bare_venv: Path) -> None:
    """One line of ours, and the traceback of the handler that cannot be imported."""
    env = {"VIRTUAL_ENV": str(bare_venv)}
    command: list[str | Path] = [BINARIES / "server", "--bind", "127.0.0.1:0"]
    server = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=env)
    assert server.returncode == 1
    assert server.stderr.startswith("cannot serve: ")
    assert "batch_handler:handle_batch_create" in server.stderr
    assert "ModuleNotFoundError: No module named 'google'" in server.stderr
