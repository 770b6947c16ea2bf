"""The allocator of a process of ``spikard serve``."""

from __future__ import annotations

from collections.abc import Mapping

from spikard._native import native


def one_arena(environment: Mapping[str, str]) -> None:
    """Limits glibc to one arena, unless the user has set it: else a buffered stream takes twice its size."""
    if "MALLOC_ARENA_MAX" in environment or "malloc.arena_max" in environment.get("GLIBC_TUNABLES", ""):
        return
    native().one_arena()
