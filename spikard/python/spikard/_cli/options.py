"""The options as flags and environment variables."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping
from typing import Any

from spikard.grpc._option_table import Group, Option, options_of, texts

# Where a server listens is one choice: a flag takes precedence over the variables of the others, and of variables the
# first of these does.
_PLACES = ("fd", "uds", "bind")


def flag(name: str, option: Option) -> str:
    """The flag of an option, ``--max-messages``; ``--no-health`` for a switch that is on by default."""
    words = name.replace("_", "-")
    return f"--no-{words}" if option.default is True else f"--{words}"


def variable(name: str) -> str:
    """The environment variable of an option, ``SPIKARD_MAX_MESSAGES``."""
    return f"SPIKARD_{name.upper()}"


def add_options(parser: argparse.ArgumentParser, kind: type, *, only: Collection[str] = ()) -> None:
    """Adds a flag for each option, in their groups."""
    described = texts(kind)
    for group in Group:
        members = {n: o for n, o in options_of(kind).items() if o.group is group and (not only or n in only)}
        if not members:
            continue
        section = parser.add_argument_group(group.value)
        for name, option in members.items():
            # The value stays text here; it is read and checked like that of a variable.
            value: dict[str, Any] = (
                {"metavar": option.form.metavar}
                if option.form.metavar
                else {"action": "store_const", "const": "0" if option.default is True else "1"}
            )
            if option.form.many:
                value["action"] = "append"
            help_text = summary(described.get(name, ""), option).replace("%", "%%")
            section.add_argument(flag(name, option), *option.flags, dest=name, default=None, help=help_text, **value)


def summary(text: str, option: Option) -> str:
    """One line of help: the first sentence of a text, and the default."""
    sentence = text.replace("``", "").partition(". ")[0].rstrip(".")
    if not sentence[1:2].isupper():
        sentence = sentence[:1].lower() + sentence[1:]
    if isinstance(option.default, bool):
        return f"no {sentence}" if option.default else sentence
    default = option.unset if option.default is None else option.default
    return f"{sentence} (default: {default})" if default else sentence


def chosen(
    kind: type, given: argparse.Namespace, environment: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The options that are given, by flag or else by variable; and how each is spelled there."""
    values: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    for name, option in options_of(kind).items():
        text = getattr(given, name, None)
        spelled[name] = flag(name, option)
        if text is None and variable(name) in environment:
            text = environment[variable(name)]
            spelled[name] = f"the environment variable {variable(name)}"
        if text is not None:
            values[name] = option.form.read(text)
    places = [name for name in _PLACES if name in values]
    by_flag = [name for name in places if getattr(given, name, None) is not None]
    for name in places:
        if name not in (by_flag or places[:1]):
            del values[name]
    return values, spelled
