"""Serves the package `spikard` from the program that embeds Python, as zipimport serves one from an archive."""

from __future__ import annotations

import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

_NATIVE = "spikard._spikard"


class EmbeddedPackage:
    """A finder and a loader in one. File names look like files inside the program."""

    def __init__(self, program: str, sources: dict[str, str], native: ModuleType) -> None:
        self._program = program
        # By path, "spikard/grpc/__init__.py".
        self._sources = sources
        self._native = native

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name == _NATIVE:
            return importlib.machinery.ModuleSpec(name, self, origin=self._program)
        if self._path(name) is None:
            return None
        filename = self.get_filename(name)
        spec = importlib.machinery.ModuleSpec(name, self, origin=filename)
        spec.has_location = True
        if self.is_package(name):
            spec.submodule_search_locations = [os.path.dirname(filename)]
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._native if spec.name == _NATIVE else None

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ != _NATIVE:
            exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, name: str) -> CodeType:
        return compile(self.get_source(name), self.get_filename(name), "exec", dont_inherit=True)

    def get_source(self, name: str) -> str:
        return self._sources[self._known_path(name)]

    def get_filename(self, name: str) -> str:
        return os.path.join(self._program, *self._known_path(name).split("/"))

    def is_package(self, name: str) -> bool:
        return self._known_path(name).endswith("/__init__.py")

    def _path(self, name: str) -> str | None:
        base = name.replace(".", "/")
        for path in (f"{base}/__init__.py", f"{base}.py"):
            if path in self._sources:
                return path
        return None

    def _known_path(self, name: str) -> str:
        path = self._path(name)
        if path is None:
            raise ImportError(f"no module named {name!r} in {self._program}", name=name)
        return path


def install(program: str, sources: dict[str, str], native: ModuleType) -> None:
    """Puts the package first on the meta path, before a wheel that may be installed too."""
    imported = sys.modules.get("spikard")
    if imported is not None:
        raise ImportError(
            f"the package spikard was imported before the program could serve its own, from "
            f"{getattr(imported, '__file__', None)}: a .pth file or sitecustomize must not import it"
        )
    sys.meta_path.insert(0, EmbeddedPackage(program, sources, native))
