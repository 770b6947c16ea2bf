"""The page of what a server withstands."""

import runpy

from pages import ROOT


def test_the_page_of_the_faults_has_every_test_of_them() -> None:
    """``python docs/withstands.py`` has been run."""
    page = runpy.run_path(str(ROOT / "docs" / "withstands.py"))["page"]()
    assert page == (ROOT / "docs" / "reference" / "withstands.md").read_text()
