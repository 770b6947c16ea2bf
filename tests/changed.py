"""The quick tests of what has changed: `make check`. What it leaves out, it says; `make test` runs everything.

Changed is what differs from the commit that is given (by default the last one), and what git does not know yet.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTEST = f"{shlex.quote(sys.executable)} -m pytest --quiet"

# The first part of a changed path that fits, and what to run for it; the longest paths first.
TESTS: list[tuple[str, list[str]]] = [
    (
        "spikard/python/",
        ["make wheel", f"{PYTEST} tests/python tests/serve/test_in_process.py tests/serve/test_calls.py"],
    ),
    (
        "spikard/src/python/",
        ["cargo test --workspace --all-features --lib --test python_answers --test python_streams"],
    ),
    ("spikard/src/", ["cargo test --workspace --all-features --lib --test serving"]),
    ("spikard/tests/serving/", ["cargo test --workspace --all-features --test serving"]),
    ("spikard/tests/", ["cargo test --workspace --all-features --test python_answers --test python_streams"]),
    ("spikard-macros/", ["cargo test --workspace --all-features --lib"]),
    ("spikard-build/", ["cargo test --workspace --all-features --lib --test errors --test generated"]),
    ("examples/", [f"{PYTEST} examples/python"]),
    ("docs/", [f"{PYTEST} tests/readme/test_links.py tests/readme/test_languages.py tests/readme/test_samples.py"]),
    ("README.md", [f"{PYTEST} tests/readme/test_links.py tests/readme/test_languages.py tests/readme/test_samples.py"]),
]
MAP = ["cargo test --workspace --all-features --test map", f"{PYTEST} tests/python/test_map.py"]
LEFT_OUT = "left out: doctests, UI tests, end-to-end tests, the other tests of tests/serve, and other feature sets"


def changed(base: str) -> list[str]:
    """The paths that differ, those of new files included."""
    differ = ["git", "diff", "--name-only", "--diff-filter=d", base]
    new = ["git", "ls-files", "--others", "--exclude-standard"]
    found = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True) for command in (differ, new)]
    return sorted({path for done in found for path in done.stdout.split()})


def commands(paths: list[str]) -> Iterator[str]:
    """What to run for them."""
    for path in paths:
        yield from next((run for part, run in TESTS if path.startswith(part)), [])
        if path.startswith("tests/") and Path(path).name.startswith("test_"):
            yield f"{PYTEST} {shlex.quote(path)}"
    if any(path.endswith((".rs", ".py", ".pyi")) or path == "ARCHITECTURE.md" for path in paths):
        yield from MAP


def main() -> int:
    """Run them; the exit code is that of the first that fails."""
    paths = changed(os.environ.get("BASE", "HEAD"))
    print(f"{len(paths)} files have changed")
    for command in dict.fromkeys(commands(paths)):
        print(f"\n{command}", flush=True)
        code = subprocess.run(command, shell=True, cwd=ROOT, check=False).returncode
        if code != 0:
            return code
    print(f"\n{LEFT_OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
