"""Writes ``reference/withstands.md`` from the tests of the faults: ``python docs/withstands.py``."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "withstands.md"
FAULTS = ROOT / "tests" / "faults"

HEAD = """\
# What it withstands

<!-- Written by `python docs/withstands.py` from the tests in tests/faults: change it there. -->

Each row is a fault that was tried, and the threshold that a server keeps. Each is a test in
[`tests/faults`](../../tests/faults), which `make test` runs over real sockets against `spikard serve` and against a
server in Rust.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *map(section, sorted(FAULTS.glob("test_*.py")))])


def section(file: Path) -> str:
    """The tests of one group."""
    module = ast.parse(file.read_text())
    title = (ast.get_docstring(module) or "").split("\n")[0].rstrip(".")
    rows = "".join(f"| {fault} | {threshold} | `{name}` |\n" for fault, threshold, name in faults(module))
    return f"## {title}\n\n| fault | threshold | test |\n|---|---|---|\n{rows}"


def faults(module: ast.Module) -> Iterator[tuple[str, str, str]]:
    """What is tried, the threshold with its reason, and the name of the test."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            fault, _, threshold = (ast.get_docstring(node) or "").partition("\n\nThreshold: ")
            if not threshold:
                raise ValueError(f"{node.name} has no threshold: write a paragraph that begins with 'Threshold: '")
            threshold = " ".join(threshold.split())
            yield " ".join(fault.split()), threshold[:1].upper() + threshold[1:], node.name


if __name__ == "__main__":
    PAGE.write_text(page())
