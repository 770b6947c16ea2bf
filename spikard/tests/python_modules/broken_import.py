"""Cannot be imported, and counts how often that was tried."""

from __future__ import annotations

import builtins

vars(builtins)["broken_imports"] = getattr(builtins, "broken_imports", 0) + 1


def configure() -> None:
    raise ValueError("no configuration")


configure()
