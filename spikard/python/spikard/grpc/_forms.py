"""The forms of an option's value: how it is written, and how it is checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

from spikard.grpc import _amounts

_ON = ("1", "true", "yes", "on")
_OFF = ("0", "false", "no", "off", "")


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is written and checked."""

    metavar: str
    """The placeholder in the help, ``SIZE``; empty for a flag without a value."""
    unit: str
    """The type and unit, for the documentation: ``bytes``."""
    check: Callable[[str, Any], Any]
    """Takes the option's name, as the user wrote it, and a value; returns the value in its unit, or raises a
    ``TypeError``, ``ValueError`` or ``OSError`` that begins with the name."""
    read: Callable[[Any], Any] = str
    """Takes the text of a flag or an environment variable; returns what a keyword would have."""
    many: bool = False
    """Whether the flag may be repeated: `read` takes the list of its texts then."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an application, which is found when the server is made."""

    option: str
    """The option that gives it, as the user wrote it."""
    given: Any
    """The object, or its ``"module:name"``."""


def _number_or_text(text: str) -> int | float | str:
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def _on_or_off(text: str) -> bool | str:
    folded = text.lower()
    return folded in _ON if folded in _ON + _OFF else text


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        shown = f'"{value}"' if isinstance(value, str) else type(value).__name__
        raise TypeError(f"{name} must be True or False, as a text 1 or 0, not {shown}")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} is empty")
    return value


def _path(name: str, value: Any) -> str:
    try:
        return _text(name, os.fspath(value))
    except TypeError:
        raise TypeError(f"{name} must be a path, a str or an os.PathLike of str, not {type(value).__name__}") from None


def _readable(name: str, value: Any) -> str:
    path = _path(name, value)
    try:
        with Path(path).open("rb"):
            return path
    except OSError as error:
        raise OSError(error.errno, f"{name} cannot be read: {error.strerror}", path) from None


_MOST_MODE = 0o777


def _mode(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError(f'{name} must be permissions like "660" or 0o660, not {type(value).__name__}')
    try:
        mode = int(value, 8) if isinstance(value, str) else value
    except ValueError:
        mode = -1
    if not 0 <= mode <= _MOST_MODE:
        shown = f'"{value}"' if isinstance(value, str) else value
        raise ValueError(f'{name} must be permissions in octal, "660" or 0o660, not {shown}')
    return mode


def number_of(unit: str, *, most: int | None = None) -> Form:
    """A whole number, 1 or more."""
    check = _amounts.count if most is None else partial(_amounts.count, most=most)
    return Form("N", f"number of {unit}", check, _number_or_text)


def one_of(literal: Any, *, also: Mapping[str, str] | None = None) -> Form:
    """One of the texts of a ``Literal``, in any case, or `also` another name for one."""
    choices: tuple[str, ...] = get_args(literal)
    others = also or {}

    def check(name: str, value: object) -> object:
        folded = value.lower() if isinstance(value, str) else ""
        found = others.get(folded, folded)
        if found not in choices:
            raise ValueError(f'{name} must be one of {", ".join(choices)}, not "{value}"')
        return found

    return Form("|".join(choices), " or ".join(f'`"{choice}"`' for choice in choices), check)


def _part(name: str, value: Any) -> Part:
    if isinstance(value, str):
        module, _, path = value.partition(":")
        if not (module and path) or "/" in module or module.startswith(".") or module.endswith(".py"):
            raise ValueError(f'{name} must be the object itself or its "module:name", not "{value}"')
    return Part(name, value)


def _parts(name: str, value: Any) -> tuple[Part, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        shown = f'"{value}"' if isinstance(value, str) else getattr(value, "__name__", repr(value))
        raise TypeError(f"{name} must be a list, outermost first: write [{shown}]")
    return tuple(_part(name, one) for one in value)


def _several(text: str | list[str]) -> list[str]:
    return text.replace(",", " ").split() if isinstance(text, str) else text


SIZE = Form("SIZE", 'bytes, or `"8MiB"`', _amounts.size, _number_or_text)
WINDOW = Form(SIZE.metavar, SIZE.unit, partial(_amounts.size, most=2**31 - 1), _number_or_text)
HEADERS = Form(SIZE.metavar, SIZE.unit, partial(_amounts.size, least=1024, most=2**31 - 1), _number_or_text)
RATE = Form(SIZE.metavar, 'bytes a second, or `"1KiB"`', partial(_amounts.size, least=0), _number_or_text)
TIME = Form("TIME", 'seconds, or `"1m30s"`', _amounts.duration, _number_or_text)
TIME_OR_ZERO = Form(TIME.metavar, TIME.unit, partial(_amounts.duration, zero=True), _number_or_text)
SWITCH = Form("", "`True` or `False`", _switch, _on_or_off)
CONFIG = Form("FILE", "path of a `.json`, `.toml` or `.ini` file", _readable)
ADDRESS = Form("HOST:PORT", '`"host:port"` or `"unix:path"`', _text)
METRICS = Form("HOST:PORT", '`"host:port"`', _text)
PATH = Form("PATH", "path", _path)
FILE = Form("FILE", "path of a PEM file", _readable)
LIFESPAN = Form("MODULE:NAME", 'function, or its `"module:name"`', _part)
MIDDLEWARE = Form("MODULE:NAME", 'list of functions, or of their `"module:name"`', _parts, _several, many=True)
EXCEPTIONS = Form("MODULE:NAME", 'mapping, or its `"module:name"`', _part)
MODE = Form("MODE", 'permissions in octal, `"660"` or `0o660`', _mode)
