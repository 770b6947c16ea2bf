"""Workers find modules where the process that started them does."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from clients import with_grpcio
from processes import HANDLERS, WAIT, Lines

import spikard

SHADOWS = ("token", "logging", "json", "signal", "selectors", "socket", "types", "enum")
"""Modules of the standard library that the interpreter or spikard itself imports when it starts."""


def served(command: list[str], folder: Path, *arguments: str) -> None:
    """Start a command in a folder with handlers, wait until it serves, call it, and end it."""
    shutil.copy(HANDLERS / "counting.py", folder)
    serving = [*command, "serve", "counting", "--bind", "127.0.0.1:0", *arguments]
    with subprocess.Popen(serving, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        out, err = Lines(process.stdout), Lines(process.stderr)
        try:
            address = out.wait_for(r"serving on (\S+)")[0][1]
            assert with_grpcio(address, "/counting.Counter/Name", "unary_unary", [b""]).code == "OK"
            process.terminate()
            assert process.wait(WAIT) == 0, err.whole()
        except AssertionError as error:
            raise AssertionError(f"{error}\nand on standard error:\n{err.text()}") from None
        finally:
            process.kill()


@pytest.mark.parametrize("how", [(), ("--workers", "2"), ("--reload",)], ids=" ".join)
def test_files_named_as_those_of_the_standard_library(how: tuple[str, ...], tmp_path: Path) -> None:
    """They are the program's own business, and never imported in place of the library's."""
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text(f'raise RuntimeError("the file {name}.py was imported")\n')
    served([str(Path(sys.executable).parent / "spikard")], tmp_path, *how)


def test_a_package_that_only_the_program_knows_the_place_of(tmp_path: Path) -> None:
    """Such as one in a folder that a program puts on `sys.path` itself."""
    place = Path(spikard.__file__).parents[1]
    program = tmp_path / "program.py"
    program.write_text(
        f"import sys\nsys.path.insert(1, {str(place)!r})\nfrom spikard._cli import main\nmain(sys.argv[1:])\n"
    )
    # -S: without site-packages.
    served([sys.executable, "-S", str(program)], tmp_path, "--workers", "2")
