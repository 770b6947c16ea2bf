"""The one door to the native module, so that its absence is explained in one place."""

from __future__ import annotations

import importlib
from types import ModuleType


def native() -> ModuleType:
    """The native module; an ``ImportError`` that says what to do where it is missing."""
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
