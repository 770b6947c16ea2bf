"""A program that embeds Python, where no wheel of spikard is installed and where one is."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from client import call, find_method
from servers import ROOT, running

HAS_WHEEL = "import importlib.util; print(importlib.util.find_spec('spikard') is not None)"


@pytest.fixture(params=["without a wheel", "with a wheel"])
def environment(request: pytest.FixtureRequest, bare_venv: Path) -> Path:
    """A bare virtual environment, and the one of these tests, in which the wheel is installed."""
    bare = request.param == "without a wheel"
    folder = bare_venv if bare else Path(sys.prefix)
    # Isolated: the working directory would shadow what is installed.
    command: list[str | Path] = [folder / "bin" / "python", "-I", "-c", HAS_WHEEL]
    found = subprocess.run(command, capture_output=True, text=True, check=True, env={})
    assert found.stdout.strip() == str(not bare), f"{folder} is not {request.param}"
    return folder


def test_one_set_of_types(environment: Path, tmp_path: Path) -> None:
    """The program's own package is used, and no other is ever loaded."""
    env = {
        "VIRTUAL_ENV": str(environment),
        "PYTHONPATH": str(ROOT / "tests" / "handlers"),
    }
    with (
        running("probe_server", tmp_path / "log", "--probe-only", env=env) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        answer = call(channel, find_method("probe.Probe", "TypesInPython"), [b""])
        assert answer.code == "OK", answer.text
        found = answer.messages[0].decode()
        assert "site-packages" not in found, "the wheel's package was loaded"
        joined = call(channel, find_method("probe.Probe", "JoinInPython"), [b"a", b"b"])
        assert joined.messages == [b"ab"]


def test_wheel_is_of_this_source() -> None:
    """The wheel that is installed has the version of the workspace."""
    version = importlib.metadata.version("spikard")
    assert f'\nversion = "{version}"\n' in (ROOT / "Cargo.toml").read_text()
