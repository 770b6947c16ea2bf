"""The argument parser."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one message, and whose help keeps its line breaks."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, formatter_class=_Formatter, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Prints what is wrong, and where the options are explained."""
        text = message.removeprefix("argument ")
        print(f"spikard: error: {text}\n{self.prog} --help tells more", file=sys.stderr, flush=True)
        sys.exit(2)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, **settings: Any) -> None:
        super().__init__(prog, max_help_position=32, **settings)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        # The value once, after the names.
        return f"{', '.join(action.option_strings)} {self._format_args(action, action.dest.upper())}"


# What other servers call it.
_ELSEWHERE = {"--host": "--bind HOST:PORT", "--port": "--bind HOST:PORT", "-p": "--bind HOST:PORT"}


def parsed(parser: Parser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; one that a command has not is an error of that command's, with the flag that may be meant."""
    given, unknown = parser.parse_known_args(arguments)
    if unknown:
        command = _command(parser, given.command)
        first = next((one for one in unknown if one.startswith("-")), unknown[0]).partition("=")[0]
        known = [flag for action in command._actions for flag in action.option_strings]
        near = _ELSEWHERE.get(first) or next(iter(difflib.get_close_matches(first, known, n=1)), "")
        command.error(f"unrecognized arguments: {' '.join(unknown)}" + (f"; did you mean {near}?" if near else ""))
    return given


def _command(parser: Parser, name: str) -> Parser:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found: Parser = action.choices[name]
            return found
    return parser
