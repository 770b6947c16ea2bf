"""No sample stands in a page untested."""

import re
import shlex
from pathlib import Path

import pytest
from pages import PAGES, README, ROOT, Block, blocks, fences, tokens

from spikard._cli.command import _parser

TESTED = {
    "python": "run by test_samples.py; those of the quick start by tests/serve/test_quick_start.py",
    "rust": "doctests, see test_a_page_with_rust_is_a_doctest",
    "rs": "a file of a program, compiled by test_rust_program.py",
    "proto": "the same",
    "toml": "the same; log.toml by tests/serve/test_log_config.py",
    "console": "compared with the real output by tests/serve/test_readme_console.py",
    "sh": "commands: their targets and options are checked below; those of the quick start are run",
    "text": "a drawing: there is nothing to run; lines of the access log by tests/serve/test_access_log.py",
}
FENCES = [block for page in PAGES for block in fences(page)]
COMMANDS = [(block, line) for block in blocks(*PAGES, language="sh") for line in block.text.splitlines()]
# What is not ours, and is shown as the reader has to type it.
OTHERS = {".", "cargo", "grpcurl", "pip", "python", "python3"}


@pytest.mark.parametrize("block", FENCES, ids=str)
def test_a_block_is_in_a_language_that_is_tested(block: Block) -> None:
    assert block.language in TESTED, f"{block}: a block of {block.language or 'no language'} is tested by nothing"
    if block.language in {"rs", "proto", "toml"}:
        assert block.file, f"{block}: its first line must be a comment with the name of its file"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_sample_is_indented(page: Path) -> None:
    # rustdoc would take it for Rust, and these tests would not see it.
    assert not [token.map for token in tokens(page) if token.type == "code_block"]


def test_a_page_with_rust_is_a_doctest() -> None:
    source = (ROOT / "spikard" / "src" / "samples.rs").read_text()
    included = {(ROOT / "spikard" / "src" / name).resolve() for name in re.findall(r'include_str!\("(.+)"\)', source)}
    assert {block.page for block in blocks(*PAGES, language="rust")} == included


@pytest.mark.parametrize(("block", "line"), COMMANDS, ids=lambda value: str(value)[:60])
def test_a_command_is_one(block: Block, line: str) -> None:
    program, *arguments = shlex.split(line, comments=True)
    if program == "make":
        targets = "\n".join(path.read_text() for path in (ROOT / "Makefile", *ROOT.glob("*/*.mk")))
        assert all(re.search(rf"^{target}:", targets, re.MULTILINE) for target in arguments), f"{block}: {line}"
    elif program == "spikard":
        _parser().parse_args(arguments)
    else:
        assert program in OTHERS, f"{block}: {line}"


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) < 300
