"""What the modules of a package import of each other, held against the map that ARCHITECTURE.md draws."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """A module takes a name of another; both are paths below the package."""

    importer: str
    imported: str
    name: str

    def __str__(self) -> str:
        return f"{self.importer} imports {self.name} of {self.imported}"


@dataclass(frozen=True)
class Room:
    """A row of the map."""

    path: str
    """A folder or a module, below the package."""
    imports: tuple[str, ...]


class Package:
    """The modules of a package, by their dotted names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._trees: dict[str, ast.Module] = {}
        self._paths: dict[str, str] = {}
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.pyi")]):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            self._trees[name] = ast.parse(path.read_text())
            self._paths[name] = path.relative_to(folder).as_posix()

    @property
    def paths(self) -> list[str]:
        """The path of every module, below the package."""
        return list(self._paths.values())

    @cached_property
    def imports(self) -> list[Import]:
        """Every import of one module by another, wherever it stands: for type checkers or in a function as well."""
        found: set[Import] = set()
        for module, tree in self._trees.items():
            for asked, asked_for in self._imported(tree):
                owner, name = self._defined(asked, asked_for)
                if owner in self._paths and owner != module:
                    found.add(Import(self._paths[module], self._paths[owner], name))
        return sorted(found, key=str)

    def _imported(self, tree: ast.Module) -> Iterator[tuple[str, str]]:
        """The names that a module imports, each with the module that it is asked of."""
        for node in ast.walk(tree):
            match node:
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    yield from ((module, alias.name) for alias in names)
                case ast.Import(names=names):
                    yield from ((alias.name, "") for alias in names)
                case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module))]):
                    yield module, ""
                case _:
                    pass

    def _defined(self, module: str, name: str) -> tuple[str, str]:
        """The module that defines a name, followed through those that only pass it on; and the name."""
        inner = f"{module}.{name}" if name else module
        if inner in self._trees:
            return inner, inner
        for passed_on, own in self._imported(self._trees.get(module, ast.Module([], []))):
            if own == name and passed_on != module:
                return self._defined(passed_on, name)
        return module, name


def rooms(text: str, heading: str, prefix: str) -> list[Room]:
    """The rows of the table below a heading; a room is named by its path, of which `prefix` may be left out."""
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = [line.strip("| ").split("|") for line in section.splitlines() if line.startswith("| `")]
    paths = [
        [path.removeprefix(f"{prefix}/") for path in re.findall("`([^`]+)`", row[n])] for row in cells for n in (0, 2)
    ]
    return [Room(room, tuple(imports)) for (room,), imports in zip(paths[::2], paths[1::2], strict=True)]


def mistakes(package: Package, table: list[Room]) -> list[str]:
    """All that the map and the imports do not agree on."""
    return [*_of_rooms(package, table), *_of_table(package, table), *_circles(package)]


def _room_of(path: str, table: list[Room]) -> Room | None:
    """The room of a module: that with the longest path."""
    fitting = [room for room in table if f"{path}/".startswith(f"{room.path}/")]
    return max(fitting, key=lambda room: len(room.path), default=None)


def _of_rooms(package: Package, table: list[Room]) -> Iterator[str]:
    for path in package.paths:
        if _room_of(path, table) is None:
            yield f"{path} is in no room of the map"
    for found in package.imports:
        importer, imported = _room_of(found.importer, table), _room_of(found.imported, table)
        if importer and imported and importer is not imported and imported.path not in importer.imports:
            allowed = ", ".join(importer.imports) or "no other room"
            yield f"{found}: {importer.path} imports {allowed}"


def _of_table(package: Package, table: list[Room]) -> Iterator[str]:
    above: set[str] = set()
    for room in table:
        if not any(_room_of(path, table) is room for path in package.paths):
            yield f"{room.path} of the map has no modules"
        used = {
            imported.path
            for found in package.imports
            if _room_of(found.importer, table) is room and (imported := _room_of(found.imported, table))
        }
        for path in room.imports:
            if path not in above:
                yield f"{room.path} imports {path}, which does not stand above it in the map"
            if path not in used:
                yield f"{room.path} imports nothing of {path}, which the map lists"
        above.add(room.path)


def _circles(package: Package) -> Iterator[str]:
    """One text for each circle of modules, with the names that close it."""
    edges: dict[str, dict[str, Import]] = {}
    for found in package.imports:
        edges.setdefault(found.importer, {})[found.imported] = found
    done: set[str] = set()

    def walk(path: str, way: list[str]) -> Iterator[str]:
        if path in way:
            circle = [*way[way.index(path) :], path]
            steps = (edges[one][other] for one, other in pairwise(circle))
            yield f"a circle: {'; '.join(map(str, steps))}"
        elif path not in done:
            for other in edges.get(path, {}):
                yield from walk(other, [*way, path])
            done.add(path)

    for path in sorted(edges):
        yield from walk(path, [])
