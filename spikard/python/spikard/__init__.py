"""gRPC handlers as plain functions, in Rust or in Python.

What a handler is written with is in :mod:`spikard.grpc`.
"""

from __future__ import annotations

import importlib

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> object:
    # Read when used: the types of `spikard.grpc` need no native module, and importing them must not load it.
    if name == "__version__":
        from spikard._native import version

        return version()
    if name == "grpc":  # for those who import the package alone
        return importlib.import_module("spikard.grpc")
    raise AttributeError(
        f"module {__name__!r} has no attribute {name!r}: what handlers are written with is in spikard.grpc"
    )
