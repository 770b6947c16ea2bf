"""Finds a module or an attribute by name, ``module`` or ``module:attribute.attribute``."""

from __future__ import annotations

import difflib
import importlib
import sys
from types import ModuleType
from typing import Any


class ImportFailedError(ImportError):
    """A module that raised when it was imported; its cause is what it raised."""


def find(name: str) -> Any:
    """The module, or the attribute of a module.

    Raises a ``ModuleNotFoundError``, an :class:`ImportFailedError` or an ``AttributeError``.
    """
    module_name, _, path = name.partition(":")
    found: Any = _module(module_name)
    for attribute in filter(None, path.split(".")):
        found = _attribute(name, found, attribute)
    return found


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name
        if missing is None or not f"{name}.".startswith(f"{missing}."):
            raise ImportFailedError(_failed(name, error), name=name) from error
        parent, _, last = name.rpartition(".")
        if missing == name and hasattr(sys.modules.get(parent), last):
            raise ModuleNotFoundError(f'"{name}" is no module: write "{parent}:{last}"', name=missing) from None
        looked_in = "".join(f"\n  {entry or '(the working directory)'}" for entry in sys.path)
        raise ModuleNotFoundError(
            f'there is no module "{missing}"; the module search path is:{looked_in}\n'
            f"run in the folder of the module, or name its folder in PYTHONPATH",
            name=missing,
        ) from None
    except BaseException as error:  # SystemExit too: it must not end the server
        raise ImportFailedError(_failed(name, error), name=name) from error


def _failed(name: str, error: BaseException) -> str:
    return f'the module "{name}" failed when it was imported, with {type(error).__name__}: {error}'


def _attribute(name: str, owner: Any, attribute: str) -> Any:
    try:
        return getattr(owner, attribute)
    except AttributeError:
        what = f'the module "{owner.__name__}"' if isinstance(owner, ModuleType) else repr(owner)
        near = difflib.get_close_matches(attribute, dir(owner), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise AttributeError(f'{what} has no "{attribute}", which "{name}" names{hint}') from None
