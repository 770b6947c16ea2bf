"""Counts, sizes and durations as people write them: ``500``, ``"8MiB"``, ``"1m30s"``."""

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
_MOST = 1 << 62
_MOST_SECONDS = 1e9
# What Rust can count: a nanosecond.
_LEAST_SECONDS = 1e-9


def count(name: str, value: object, *, most: int = _MOST) -> int:
    """A whole number from 1 to `most`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {_shown(value)}")
    return _in_range(name, value, most)


def size(name: str, value: object, *, least: int = 1, most: int = _MOST) -> int:
    """A number of bytes from `least` to `most`."""
    if isinstance(value, str):
        found = _SIZE.fullmatch(value)
        factor = _SIZES.get(found[2]) if found else None
        if found is None or factor is None:
            raise ValueError(
                f'{name}: "{value}" is not a size: write a whole number and one of {", ".join(_SIZES)}, as in "8MiB"'
            )
        value = int(found[1]) * factor
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f'{name} must be a number of bytes or a text like "8MiB", not {_shown(value)}')
    return _in_range(name, value, most, least)


def duration(name: str, value: object, *, zero: bool = False) -> float:
    """A number of seconds; more than 0 unless `zero` is allowed."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    elif isinstance(value, str):
        value = _parsed(name, value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f'{name} must be a number of seconds, a text like "5s" or a timedelta, not {_shown(value)}')
    if not math.isfinite(value) or value < 0 or value > _MOST_SECONDS:
        raise ValueError(f"{name} must be a time from 0 to {_MOST_SECONDS:.0f} seconds, not {value}")
    if value < _LEAST_SECONDS and not (zero and value == 0):
        raise ValueError(
            f'{name} must be more than {value:.3g} seconds, which would refuse every call: write "5s" or the like'
        )
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


def _in_range(name: str, value: int, most: int, least: int = 1) -> int:
    if least <= value <= most:
        return value
    raise ValueError(f"{name} must be {f'{least} or more' if value < least else f'{most} or less'}, not {value}")


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return str(value) if isinstance(value, float) else type(value).__name__
