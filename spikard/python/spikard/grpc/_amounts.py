"""Sizes and durations as people write them: ``"8MiB"``, ``"1m30s"``."""

from __future__ import annotations

import math
import re
from datetime import timedelta

Size = int | str
"""A number of bytes, or a text like ``"8MiB"``."""

Duration = int | float | str | timedelta
"""A number of seconds, a text like ``"1m30s"`` or ``"250ms"``, or a ``timedelta``."""

_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_SIZE = re.compile(r"(\d+) *([A-Za-z]+)", re.ASCII)
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII)
# What Rust can count with room to spare, for bytes and for seconds.
_MOST_BYTES = 1 << 62
_MOST_SECONDS = 1e9


def count(name: str, value: object) -> int:
    """A number of messages, at least 1."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}: write {name}=500")
    return _at_least_one(name, value, "500")


def size(name: str, value: object) -> int:
    """A number of bytes, at least 1."""
    if isinstance(value, str):
        found = _SIZE.fullmatch(value)
        factor = _SIZES.get(found[2]) if found else None
        if found is None or factor is None:
            raise ValueError(
                f'{name}: "{value}" is not a size: write a whole number and one of {", ".join(_SIZES)}, as in "8MiB"'
            )
        value = int(found[1]) * factor
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f'{name} must be a number of bytes or a text like "8MiB", not {type(value).__name__}')
    return _at_least_one(name, value, '"8MiB"')


def duration(name: str, value: object, *, zero: bool = False) -> float:
    """A number of seconds; more than 0 unless `zero` is allowed."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    elif isinstance(value, str):
        value = _parsed(name, value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(
            f'{name} must be a number of seconds, a text like "5s" or a timedelta, not {type(value).__name__}'
        )
    if not math.isfinite(value) or value < 0 or value > _MOST_SECONDS:
        raise ValueError(f"{name} must be a time from 0 to {_MOST_SECONDS:.0f} seconds, not {value}")
    if value == 0 and not zero:
        raise ValueError(f'{_a(name)} of zero refuses every call: write a longer one, as in {name}="5s"')
    return float(value)


def _parsed(name: str, text: str) -> float:
    found = _DURATION.fullmatch(text) if text else None
    if found is None:
        raise ValueError(
            f'{name}: "{text}" is not a duration: write whole numbers with h, m, s or ms, the longest first, '
            f'as in "5s", "250ms" or "1m30s"'
        )
    parts = zip(found.groups(), _SECONDS.values(), strict=True)
    return sum(int(number) * seconds for number, seconds in parts if number is not None)


def _at_least_one(name: str, value: int, example: str) -> int:
    if value < 1:
        raise ValueError(f"{_a(name)} of {value} refuses every call: write a larger one, as in {name}={example}")
    if value > _MOST_BYTES:
        raise ValueError(f"{_a(name)} of {value} is more than can be counted: write less")
    return value


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
