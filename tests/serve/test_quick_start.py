"""The README's Python quick start, word for word, in a folder with nothing else in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pages import README, ROOT, Block, fences, section

QUICK_START = range(*section(README, "Python quick start"))
INSTALL_WITHIN = 900


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new folder with the files of the top of the page, and the sources where the page has them."""
    (tmp_path / "spikard").symlink_to(ROOT, target_is_directory=True)
    folder = tmp_path / "orders"
    for name in ("proto/shop.proto", "orders.py"):
        (shown,) = (block for block in fences(README) if block.file == name)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(shown.text)
    return folder


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """That of a terminal in which the virtual environment of the folder is active, once it is made."""
    hidden = {"PYTHONPATH", "PYTHONHOME", "PYO3_PYTHON"}
    # `python3` is the interpreter of these tests, and brings nothing of its virtual environment along.
    python3 = folder.parent / "bin" / "python3"
    python3.parent.mkdir()
    python3.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).resolve()}" "$@"\n')
    python3.chmod(0o755)
    first = (folder / ".venv" / "bin", python3.parent)
    return {
        **{name: value for name, value in os.environ.items() if name not in hidden},
        "VIRTUAL_ENV": str(folder / ".venv"),
        "PATH": os.pathsep.join((*map(str, first), os.environ["PATH"])),
        # The same code as the release, in a fraction of the time, and beside what is built already.
        "MATURIN_PEP517_ARGS": "--profile dev",
        "CARGO_TARGET_DIR": os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target")),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def blocks() -> list[Block]:
    """Each block, in order."""
    return [block for block in fences(README) if block.line in QUICK_START]


def run(command: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a block of commands to its end."""
    done = subprocess.run(
        ["bash", "-euc", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALL_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_quick_start(environment: dict[str, str], folder: Path) -> None:
    """Every file is written, every command is run, in the order of the page."""
    said: dict[str, str] = {}
    servers: list[subprocess.Popen[str]] = []
    try:
        for block in blocks():
            text = block.text
            if block.language == "python":
                assert block.file, f"{block}: a file without its name"
                (folder / block.file).write_text(text)
            elif text.startswith("spikard serve"):
                servers.append(start(text.strip(), folder, environment))
            else:
                said[text.splitlines()[-1]] = run(text, folder, environment)
        assert "2 passed" in said["python -m pytest"]
        assert said["python client.py"] == "7\n"
        assert len(servers) == 1
        servers[0].terminate()
        assert servers[0].wait(30) == 0
    finally:
        for server in servers:
            server.kill()
            server.communicate()


def start(command: str, folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start a server, and wait until it says that it serves."""
    server = subprocess.Popen(
        command.split(), cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert server.stdout is not None
    said = []
    for line in server.stdout:
        said.append(line)
        if "serving on 127.0.0.1:50051" in line:
            return server
    raise AssertionError("".join(said))


def test_nothing_else_is_installed(environment: dict[str, str], folder: Path) -> None:
    """The package needs no other, and the console script is there."""
    run("python3 -m venv .venv && . .venv/bin/activate && pip install --quiet ../spikard", folder, environment)
    ask = "import importlib.metadata as m; print([r for r in m.requires('spikard') if 'extra ==' not in r])"
    assert run(f'python -c "{ask}"', folder, environment) == "[]\n"
    assert run("spikard --version", folder, environment).startswith("spikard ")
