"""Links between the pages, and from them into the repository, lead somewhere."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it.token import Token
from pages import LINKED, ROOT, tokens

# Made by `make docs`, which checks the links to them.
BUILT = ROOT / "docs" / "rustdoc"


def links(page: Path) -> Iterator[tuple[int, str]]:
    """The line and the target of each link and picture."""
    line = 0
    for token in tokens(page):
        line = token.map[0] + 1 if token.map else line
        for part in token.children or ():
            target = part.attrGet("href") or part.attrGet("src")
            if isinstance(target, str):
                yield line, target


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of the headings, as GitHub and the site make them."""
    found: set[str] = set()
    seen: dict[str, int] = {}
    parts = tokens(page)
    for opening, inline in pairwise(parts):
        if opening.type != "heading_open":
            continue
        slug = re.sub(r"[^\w\- ]", "", heading(inline).lower()).replace(" ", "-")
        seen[slug] = seen.get(slug, -1) + 1
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
    return found


def heading(inline: Token) -> str:
    """The text of a heading, without marks."""
    return "".join(part.content for part in inline.children or () if part.type in {"text", "code_inline"})


def dead(page: Path) -> Iterator[str]:
    """What is wrong with the links of a page."""
    for line, target in links(page):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        file = (page.parent / name).resolve() if name else page
        place = f"{page.relative_to(ROOT)}:{line}: {target}"
        if file.is_relative_to(BUILT):
            continue
        if not file.is_relative_to(ROOT) or not file.exists():
            yield f"{place}: there is no such file"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield f"{place}: {file.relative_to(ROOT)} has no such heading"


@pytest.mark.parametrize("page", LINKED, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert list(dead(page)) == []


def test_a_dead_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# A `page`: one\n\n[good](#a-page-one), [dead](#a-page)\n\n| [gone](no.md) |\n|---|\n| ![](no.svg) |\n"
    )
    assert list(dead(page)) == [
        "page.md:3: #a-page: page.md has no such heading",
        "page.md:5: no.md: there is no such file",
        "page.md:7: no.svg: there is no such file",
    ]
