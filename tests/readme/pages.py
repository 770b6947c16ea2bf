"""The pages that a reader sees, and what stands in them."""

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
GUIDES = sorted(page for page in (ROOT / "docs").rglob("*.md") if ".venv" not in page.parts)
# Those whose samples are tested.
PAGES = [README, *GUIDES]
# Those whose links are: all Markdown of the project, but for what a program writes.
LINKED = [*PAGES, *sorted(ROOT.glob("[A-Z]*.md")), ROOT / "benches" / "README.md"]

_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    page: Path
    line: int
    """Of the page, the first is 1."""
    language: str
    text: str

    @property
    def file(self) -> str:
        """The name of the file that it shows, which is its first line, a comment; empty where it shows none."""
        named = re.match(r"(?:#|//) ([\w./-]+\.\w+)\n", self.text)
        return named[1] if named else ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def tokens(page: Path) -> list[Token]:
    """What the page consists of."""
    return _MARKDOWN.parse(page.read_text())


def blocks(*pages: Path, language: str) -> list[Block]:
    """The fenced blocks of a language, in order."""
    return [block for page in pages for block in fences(page) if block.language == language]


def fences(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    return [
        Block(page, token.map[0] + 1, (re.split(r"[\s,]", token.info.strip()) or [""])[0], token.content)
        for token in tokens(page)
        if token.type == "fence" and token.map
    ]


def section(page: Path, heading: str) -> tuple[int, int]:
    """The first and last line of what stands below a heading of the second level."""
    lines = page.read_text().splitlines()
    start = lines.index(f"## {heading}") + 1
    rest = (number for number in range(start, len(lines)) if lines[number].startswith("## "))
    return start, next(rest, len(lines))
