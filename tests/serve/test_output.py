"""What the command prints, where it cannot be printed."""

import os
import subprocess
import sys

import pytest
from processes import HANDLERS, WAIT


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("command", [["--help"], ["serve", "--help"], ["routes", "--help"], ["routes", "umlaut"]])
def test_an_encoding_that_lacks_letters(command: list[str], encoding: str) -> None:
    """They are escaped."""
    done = subprocess.run(
        [sys.executable, "-m", "spikard", *command],
        cwd=HANDLERS,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=WAIT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u" in done.stdout


def test_a_table_that_cannot_be_printed() -> None:
    """One message, as of other mistakes."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "spikard", "routes", "counting"],
            cwd=HANDLERS,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=WAIT,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        2,
        "spikard: error: cannot write to standard output: No space left on device\n",
    )
