"""The loggers of the package."""

from __future__ import annotations

import functools
import logging
from typing import Any


@functools.cache
def logger_of(name: str) -> logging.Logger:
    """The logger of that name, ``spikard`` or one below it, which a configuration of other loggers does not disable.

    `dictConfig` and `fileConfig` disable the loggers that they do not name, unless they are told otherwise. A server's
    log says why calls fail, and must not fall silent by that; its level silences it.
    """
    logger: Any = logging.getLogger(name)
    kind: Any = type(logger)
    logger.__class__ = _always_enabled(kind)
    return logger  # type: ignore[no-any-return]


@functools.cache
def _always_enabled(kind: Any) -> type[logging.Logger]:
    # Of the program's own class as well, if it has set one by `logging.setLoggerClass`.
    disabled = property(lambda _: False, lambda _, __: None, doc="False, whatever is set.")
    return type(kind.__name__, (kind,), {"__module__": kind.__module__, "disabled": disabled})
