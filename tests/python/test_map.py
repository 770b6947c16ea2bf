"""The map of the Python package in ARCHITECTURE.md is true, and a module that breaks a rule is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from import_map import Package, mistakes, rooms

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "spikard/python/spikard"
HEADING = "The map of the Python package"

MAP = f"""
## Another table

| room | what it does | imports |
|---|---|---|
| `nowhere` | is not part of the map | `base` |

## {HEADING}

| room | what it does | imports |
|---|---|---|
| `shop/base` | the types | – |
| `shop/rules` | the rules | `base` |
| `shop/base/__init__.py` | the public names | `base`, `rules` |
| `shop/__init__.py` | nothing | – |
"""

SOURCES = {
    "__init__.py": "",
    "base/__init__.py": "from shop.base._item import Item\nfrom shop.rules.check import checked\n",
    "base/_item.py": "import json\nfrom typing import Any\nclass Item: ...\n",
    "base/_price.py": "from shop.base._item import Item\n",
    "rules/__init__.py": "",
    "rules/check.py": "from shop.base import Item\ndef checked(): ...\n",
}


def made(folder: Path, changed: dict[str, str]) -> Package:
    """A package of the sources, with some that are changed or added."""
    for path, source in {**SOURCES, **changed}.items():
        file = folder / "shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    return Package(folder / "shop")


def test_the_map_is_true() -> None:
    """Of the package itself."""
    table = rooms((ROOT / "ARCHITECTURE.md").read_text(), HEADING, PACKAGE)
    package = Package(ROOT / PACKAGE)
    assert len(package.imports) > 100
    assert mistakes(package, table) == []


def test_names_are_followed_to_the_module_that_defines_them(tmp_path: Path) -> None:
    """What only passes a name on ties nobody: `rules` and `base` are no circle."""
    package = made(tmp_path, {})
    assert mistakes(package, rooms(MAP, HEADING, "shop")) == []
    assert "rules/check.py imports Item of base/_item.py" in map(str, package.imports)


@pytest.mark.parametrize(
    "line",
    [
        "from shop.rules.check import checked",
        "from shop.base import checked",
        "def late():\n    from shop.rules.check import checked",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.rules.check import checked",
    ],
)
def test_an_import_that_is_not_listed(line: str, tmp_path: Path) -> None:
    """Both files and the name are said, wherever the import stands."""
    package = made(tmp_path, {"base/_price.py": line})
    assert mistakes(package, rooms(MAP, HEADING, "shop")) == [
        "base/_price.py imports checked of rules/check.py: base imports no other room"
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import shop.rules.check", "shop.rules.check"),
        ("from shop.rules import check", "shop.rules.check"),
        ("import importlib\nimportlib.import_module('shop.rules.check')", "shop.rules.check"),
    ],
)
def test_a_module_that_is_imported_whole(line: str, name: str, tmp_path: Path) -> None:
    """However it is asked for."""
    package = made(tmp_path, {"base/_price.py": line})
    assert mistakes(package, rooms(MAP, HEADING, "shop")) == [
        f"base/_price.py imports {name} of rules/check.py: base imports no other room"
    ]


def test_a_circle_of_modules(tmp_path: Path) -> None:
    """Within a room as well; each step is said."""
    package = made(tmp_path, {"base/_item.py": "from shop.base._price import price\nclass Item: ...\n"})
    assert mistakes(package, rooms(MAP, HEADING, "shop")) == [
        "a circle: base/_item.py imports price of base/_price.py; base/_price.py imports Item of base/_item.py"
    ]


def test_a_module_without_a_room(tmp_path: Path) -> None:
    """Of a folder that the map does not have."""
    package = made(tmp_path, {"extra/more.py": "", "loose.pyi": ""})
    assert mistakes(package, rooms(MAP, HEADING, "shop")) == [
        "extra/more.py is in no room of the map",
        "loose.pyi is in no room of the map",
    ]


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("the types | –", "the types | `rules`", "base imports rules, which does not stand above it in the map"),
        ("nothing | –", "nothing | `rules`", "__init__.py imports nothing of rules, which the map lists"),
        ("the rules | `base` |", "the rules | `base` |\n| `shop/gone` | – | – |", "gone of the map has no modules"),
    ],
)
def test_a_map_that_is_not_true(before: str, after: str, mistake: str, tmp_path: Path) -> None:
    """Of its order, of what nothing uses, of a folder that is gone."""
    assert before in MAP
    table = rooms(MAP.replace(before, after), HEADING, "shop")
    assert mistake in mistakes(made(tmp_path, {}), table)
