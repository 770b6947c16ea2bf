"""Serves the package `spikard` from the program that embeds Python, as zipimport serves one from an archive."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

_NATIVE = "spikard._spikard"


class EmbeddedPackage(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """A finder and a loader in one. File names look like files inside the program."""

    def __init__(self, program: str, sources: dict[str, str], native: ModuleType) -> None:
        self._program = program
        # By path, "spikard/grpc/__init__.py".
        self._sources = sources
        self._native = native

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname == _NATIVE:
            return importlib.machinery.ModuleSpec(fullname, self, origin=self._program)
        if self._path(fullname) is None:
            return None
        filename = self.get_filename(fullname)
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=filename)
        spec.has_location = True
        if self.is_package(fullname):
            spec.submodule_search_locations = [os.path.dirname(filename)]
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._native if spec.name == _NATIVE else None

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ != _NATIVE:
            exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.get_source(fullname), self.get_filename(fullname), "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:
        return self._sources[self._known_path(fullname)]

    def get_filename(self, name: str) -> str:
        return os.path.join(self._program, *self._known_path(name).split("/"))

    def is_package(self, fullname: str) -> bool:
        return self._known_path(fullname).endswith("/__init__.py")

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


def _refuse(name: str) -> object:
    raise AttributeError(
        f"{_NATIVE} has no {name!r} in a program that embeds Python: such a program serves its handlers with "
        "spikard::Server, in Rust; Server, serve and spikard.grpc.testing need the wheel"
    )


def install(program: str, sources: dict[str, str], native: ModuleType) -> None:
    """Puts the package first on the meta path, before a wheel that may be installed too."""
    imported = sys.modules.get("spikard")
    if imported is not None:
        raise ImportError(
            f"the package spikard was imported before the program could serve its own, from "
            f"{getattr(imported, '__file__', None)}: a .pth file or sitecustomize must not import it"
        )
    native.__getattr__ = _refuse  # type: ignore[method-assign]
    sys.meta_path.insert(0, EmbeddedPackage(program, sources, native))
