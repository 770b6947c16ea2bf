"""Loads the native module, and explains its absence."""

from __future__ import annotations

import importlib
from types import ModuleType


def native() -> ModuleType:
    """The native module; an ``ImportError`` explains what to do without it."""
    try:
        return importlib.import_module("spikard._spikard")
    except ModuleNotFoundError as error:
        if error.name != "spikard._spikard":
            raise
        raise ImportError(
            "the native module spikard._spikard is missing: the Python sources alone hold the types of "
            "spikard.grpc, which is enough to test handlers; to serve them, install the wheel "
            "(pip install spikard, or pip install . at the root of the sources)",
            name="spikard._spikard",
        ) from error


def version() -> str:
    """The version of spikard, as the native module was built."""
    return str(native().__version__)
