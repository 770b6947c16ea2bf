"""The page of what a server withstands."""

import re
import runpy

from pages import ROOT


def test_the_page_of_the_faults_has_every_test_of_them() -> None:
    """``python docs/withstands.py`` has been run."""
    page = runpy.run_path(str(ROOT / "docs" / "withstands.py"))["page"]()
    for file in (ROOT / "tests" / "faults").glob("test_*.py"):
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE):
            assert f"| `{name}` |" in page, f"{name} has no paragraph that begins with 'Threshold: '"
    assert page == (ROOT / "docs" / "reference" / "withstands.md").read_text()
