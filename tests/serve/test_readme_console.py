"""What the README shows of the terminal is what the terminal shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from processes import EXAMPLES, WAIT, serving

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()
BLOCKS = re.findall(r"^```console\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
COMMANDS = [
    (command, output)
    for block in BLOCKS
    for command, output in re.findall(r"^\$ (spikard .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
ENDING = [(command, output) for command, output in COMMANDS if "serving on" not in output]
SERVING = [(command, output) for command, output in COMMANDS if "serving on" in output]


def test_there_is_something_to_show() -> None:
    """The help, the table of the start, three mistakes."""
    assert any("--help" in command for command, _ in ENDING)
    assert sum("spikard: error:" in output for _, output in ENDING) >= 3
    assert SERVING


@pytest.mark.parametrize(("command", "output"), ENDING, ids=[command for command, _ in ENDING])
def test_a_command_that_ends(command: str, output: str) -> None:
    """Its output, and exit code 2 for a mistake."""
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=EXAMPLES,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WAIT,
        check=False,
    )
    assert done.stdout == output
    assert done.returncode == (2 if "spikard: error:" in output else 0)


@pytest.mark.parametrize(("command", "output"), SERVING, ids=[command for command, _ in SERVING])
def test_a_command_that_serves(command: str, output: str) -> None:
    """Its start, but for the port and the processes' numbers."""

    def comparable(text: str) -> str:
        return re.sub(r"127\.0\.0\.1:\d+ \(pid \d+\)", "ADDRESS", text)

    _, _, *arguments = shlex.split(command)
    with serving(*arguments, cwd=EXAMPLES, workers=0, env={"COLUMNS": "100"}) as served:
        served.out.wait_for("serving on", times=output.count("serving on"))
        assert comparable(served.out.text()) == comparable(output)
        assert served.stop() == 0
