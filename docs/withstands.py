"""Writes ``reference/withstands.md`` from the tests of the faults: ``python docs/withstands.py``."""

import ast
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "withstands.md"
FAULTS, SERVE = ROOT / "tests" / "faults", ROOT / "tests" / "serve"
PROCESSES = "Processes: what happens to those of `spikard serve`"

HEAD = """\
# What it withstands

<!-- Written by `python docs/withstands.py` from the tests in tests/faults and tests/serve: change it there. -->

Each row is a fault that was tried, and the threshold that a server keeps. Each is a test, which `make test` runs over
real sockets: those in [`tests/faults`](../../tests/faults) against `spikard serve` and against a server in Rust, those
of processes, in [`tests/serve`](../../tests/serve), against `spikard serve`.
"""


def page() -> str:
    """The whole page."""
    sections = [HEAD]
    for file in sorted(FAULTS.glob("test_*.py")):
        module = ast.parse(file.read_text())
        sections.append(section((ast.get_docstring(module) or "").split("\n")[0].rstrip("."), faults(module)))
    served = [ast.parse(file.read_text()) for file in sorted(SERVE.glob("test_*.py"))]
    sections.append(section(PROCESSES, chain.from_iterable(map(faults, served))))
    return "\n".join(sections)


def section(title: str, rows: Iterable[tuple[str, str, str]]) -> str:
    """One group."""
    table = "".join(f"| {fault} | {threshold} | `{name}` |\n" for fault, threshold, name in rows)
    return f"## {title}\n\n| fault | threshold | test |\n|---|---|---|\n{table}"


def faults(module: ast.Module) -> Iterator[tuple[str, str, str]]:
    """What is tried, the threshold with its reason, and the name of the test."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            fault, _, threshold = (ast.get_docstring(node) or "").partition("\n\nThreshold: ")
            if not threshold:
                continue
            threshold = " ".join(threshold.split())
            yield " ".join(fault.split()), threshold[:1].upper() + threshold[1:], node.name


if __name__ == "__main__":
    PAGE.write_text(page())
