"""Each promise of the README has tests, by their names."""

import re

import pytest
from pages import ROOT

PROMISES = (ROOT / "README.md").read_text().split("\n## Promises\n")[1].strip().split("\n\n")[0].splitlines()[2:]


@pytest.mark.parametrize("row", PROMISES)
def test_a_promise_names_tests_that_are_there(row: str) -> None:
    """A function of that name, in a file of tests."""
    tests = re.findall(r"`(\w+)`", row.split("|")[3])
    assert tests
    tests_in = (ROOT / "tests", ROOT / "spikard" / "tests")
    files = [file for folder in tests_in for pattern in ("test_*.py", "*.rs") for file in folder.rglob(pattern)]
    text = "\n".join(file.read_text() for file in files)
    for name in tests:
        assert re.search(rf"\b(def|fn) {name}\(", text), name


def test_there_are_promises() -> None:
    """The table was found."""
    assert len(PROMISES) == 8
