"""What the pages show of the terminal is what the terminal shows.

With `UPDATE_PAGES=1`, the output of a command that ends is written into its page instead: read the difference.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pages import PAGES, blocks
from processes import EXAMPLES, WAIT, serving

COMMANDS = [
    (block.page, command, output)
    for block in blocks(*PAGES, language="console")
    for command, output in re.findall(r"^\$ (spikard .*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE)
]
ENDING = [shown for shown in COMMANDS if "serving on" not in shown[2]]
SERVING = [shown[1:] for shown in COMMANDS if "serving on" in shown[2]]


def test_there_is_something_to_show() -> None:
    """The help, the table of the start, three mistakes."""
    assert any("--help" in command for _, command, _ in ENDING)
    assert sum("spikard: error:" in output for _, _, output in ENDING) >= 3
    assert SERVING


@pytest.mark.parametrize(("page", "command", "output"), ENDING, ids=[command for _, command, _ in ENDING])
def test_a_command_that_ends(page: Path, command: str, output: str) -> None:
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
    if os.environ.get("UPDATE_PAGES"):
        page.write_text(page.read_text().replace(f"$ {command}\n{output}", f"$ {command}\n{done.stdout}"))
    else:
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
