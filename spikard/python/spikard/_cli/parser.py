"""The argument parser."""

from __future__ import annotations

import argparse
import sys
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
