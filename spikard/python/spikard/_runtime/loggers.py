"""The loggers of the package."""

from __future__ import annotations

import functools
import logging
from typing import Any


class _AlwaysEnabled(logging.Logger):
    """A logger that a configuration of other loggers does not disable.

    `dictConfig` and `fileConfig` disable the loggers that they do not name, unless they are told otherwise. A server's
    log says why calls fail, and must not fall silent by that; its level silences it.
    """

    @property
    def disabled(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return False

    @disabled.setter
    def disabled(self, value: bool) -> None:
        """Does nothing."""


def logger_of(name: str) -> logging.Logger:
    """The logger of that name, ``spikard`` or one below it."""
    logger: Any = logging.getLogger(name)
    if not isinstance(logger, _AlwaysEnabled):
        kind: Any = type(logger)
        logger.__class__ = _always_enabled(kind)
    return logger  # type: ignore[no-any-return]


@functools.cache
def _always_enabled(kind: Any) -> type[logging.Logger]:
    # Also of a class that the program has set by `logging.setLoggerClass`.
    return type(kind.__name__, (_AlwaysEnabled, kind), {"__module__": kind.__module__})
