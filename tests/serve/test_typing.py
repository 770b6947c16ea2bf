"""Type checkers accept what is right, and refuse every mistake of a file of mistakes."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPED = Path(__file__).resolve().parent / "handlers" / "typed.py"


def refused_by_mypy(folder: Path) -> set[int]:
    """The lines that mypy refuses."""
    done = run("mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(folder), str(TYPED))
    return {int(line) for line in re.findall(r"typed\.py:(\d+): error:", done.stdout)}


def refused_by_pyright(folder: Path) -> set[int]:
    """The lines that pyright refuses."""
    settings = folder / "pyrightconfig.json"
    # The project's own settings leave the file out, and others want it beside them.
    shutil.copy(TYPED, folder)
    settings.write_text(
        json.dumps(
            {
                "include": [TYPED.name],
                "extraPaths": [str(ROOT / "spikard" / "python")],
                "pythonVersion": "3.10",
                "typeCheckingMode": "strict",
            }
        )
    )
    done = run("pyright", "--outputjson", "--project", str(settings), "--pythonpath", sys.executable)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {entry["range"]["start"]["line"] + 1 for entry in found if entry["severity"] == "error"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a checker in the folder of its settings."""
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("refused_by", [refused_by_mypy, refused_by_pyright], ids=["mypy", "pyright"])
def test_every_mistake_is_refused_and_nothing_else(refused_by: Callable[[Path], set[int]], tmp_path: Path) -> None:
    """The marked lines are the refused ones."""
    lines = TYPED.read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# refused")}
    assert len(marked) > 20
    # A mistake in what a decorator takes is told at the decorator, or at the name below it.
    found = {number if number in marked or number - 1 not in marked else number - 1 for number in refused_by(tmp_path)}
    assert found == marked
