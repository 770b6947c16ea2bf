"""Lays out what the site is built from: the pages, and what of the repository they link to.

`python docs/stage.py target/docs` writes `zensical.toml` and `pages`. A page in `docs` keeps its place, and the README
is the first one. What else they link to, and what that links to, goes below `repository`: Markdown and pictures as they
are, a source as a page that shows it, a folder as a page that lists it. So the site needs nothing beside it.
"""

import re
import shutil
import subprocess
import sys
from os.path import relpath
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PICTURES = {".svg", ".png"}
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s#]+)(?=[)#])")
# Of what stands behind a fence, the builder understands the language, but not what rustdoc is told of a sample.
FENCE = re.compile(r"^( *```+\w*).*")


def place(source: Path) -> Path:
    """Where a file or folder of the repository stands among the pages."""
    if source == ROOT / "README.md":
        return Path("index.md")
    if source.is_relative_to(DOCS):
        return source.relative_to(DOCS)
    inside = "repository" / source.relative_to(ROOT)
    if source.is_dir():
        return inside / "index.md"
    return inside if source.suffix in {".md", *PICTURES} else inside.with_name(inside.name + ".md")


def written(source: Path, linked: set[Path]) -> str:
    """The page of a file or folder; what it links to is added to `linked`."""
    name = source.relative_to(ROOT)
    if source.is_dir():
        listed = subprocess.check_output(["git", "ls-files", "."], cwd=source, text=True).splitlines()
        lines = [f"# `{name}`", "", *(f"- [`{file}`]({file})" for file in listed)]
    elif source.suffix == ".md":
        lines = source.read_text().splitlines()
    else:
        # A longer fence than those in the comments of a source.
        return f"# `{name}`\n\n````{source.suffix[1:]}\n{source.read_text()}````\n"
    # The links in the listing of a folder are relative to it, those of a file to the folder that it is in.
    folder = source if source.is_dir() else source.parent
    here = place(source).parent

    def moved(link: re.Match[str]) -> str:
        target = (folder / link[1]).resolve()
        if not target.exists():  # made by a later step, as rustdoc; or dead, which the check of links says
            return link[1]
        linked.add(target)
        return Path(relpath(place(target), here)).as_posix()

    fenced = False
    for number, line in enumerate(lines):
        if fence := FENCE.match(line):
            fenced = not fenced
            lines[number] = fence[1]
        elif not fenced:
            lines[number] = LINK.sub(moved, line)
    return "\n".join(lines) + "\n"


def stage(folder: Path) -> None:
    """Write the pages anew."""
    pages = folder / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    waiting = {ROOT / "README.md", *(page for page in DOCS.rglob("*.md") if ".venv" not in page.parts)}
    seen: set[Path] = set()
    while waiting:
        source = waiting.pop()
        seen.add(source)
        page = pages / place(source)
        page.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix in PICTURES:
            shutil.copy(source, page)
            continue
        linked: set[Path] = set()
        page.write_text(written(source, linked))
        waiting |= linked - seen
    shutil.copytree(DOCS / "assets", pages / "assets")
    shutil.copy(DOCS / "zensical.toml", folder)


if __name__ == "__main__":
    stage(Path(sys.argv[1]))
