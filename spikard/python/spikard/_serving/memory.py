"""The memory of a process that belongs to ``spikard serve``."""

from __future__ import annotations

from collections.abc import Mapping

from spikard._native import native


def one_arena(environment: Mapping[str, str]) -> None:
    """Keeps a buffered stream from taking twice its size with glibc, unless the user has a setting of their own."""
    if "MALLOC_ARENA_MAX" in environment or "malloc.arena_max" in environment.get("GLIBC_TUNABLES", ""):
        return
    native().one_arena()
