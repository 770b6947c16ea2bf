"""The logging of the command."""

from __future__ import annotations

import importlib
import json
import logging
import logging.config
import sys
from configparser import Error as IniError
from pathlib import Path
from typing import Any

from spikard._cli.log_format import JsonFormatter, TextFormatter
from spikard._cli.patient import PatientHandler
from spikard._runtime.loggers import logger_of

_TRACE = 5
_KINDS = ".json, .toml or .ini"


def set_up(level: str | None, form: str, config: str | None) -> None:
    """Sends spikard's own log to standard error, or where a file says; the user's program sets up its own.

    `level` is what was asked for, if anything was. Raises a ``ValueError`` for a file that is no configuration.
    """
    logging.addLevelName(_TRACE, "TRACE")
    logger = logger_of("spikard")
    if config is not None:
        configure(config)
        # Without a level, the root's holds; Python's own default would hide what servers say at INFO.
        if level is None and logger.level == logging.NOTSET:
            level = "info"
    else:
        handler = PatientHandler(sys.stderr)
        handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
        logger.addHandler(handler)
        logger.propagate = False
    if level is not None or config is None:
        chosen = level or "info"
        logger.setLevel(_TRACE if chosen == "trace" else chosen.upper())


def configure(path: str) -> None:
    """Configures Python's logging by a file; a ``ValueError`` says what is wrong with it."""
    kind = Path(path).suffix.lower()
    try:
        if kind == ".ini":
            logging.config.fileConfig(path, disable_existing_loggers=False, encoding="utf-8")
        elif kind in {".json", ".toml"}:
            logging.config.dictConfig({"disable_existing_loggers": False, **_table(path, kind)})
        else:
            raise ValueError(f"its name has to end in {_KINDS}")
    except (ValueError, TypeError, AttributeError, KeyError, ImportError, OSError, RuntimeError, IniError) as error:
        raise ValueError(f"{path} does not configure logging: {_reason(error)}") from error


def _table(path: str, kind: str) -> dict[str, Any]:
    text = Path(path).read_text(encoding="utf-8")
    if kind == ".toml":
        try:
            toml: Any = importlib.import_module("tomllib")
        except ImportError:
            raise ValueError("TOML needs Python 3.11 or later: write the same as .json") from None
        return {**toml.loads(text)}
    table: Any = json.loads(text)
    if not isinstance(table, dict):
        raise TypeError(f"it is a {type(table).__name__}, and dictConfig takes an object with a version")
    return {**table}


def _reason(error: BaseException) -> str:
    """The text of an error, and of what caused it: `dictConfig` says where, its cause says why."""
    text = f"{error.args[0]} is missing" if isinstance(error, KeyError) and error.args else str(error)
    cause = error.__cause__
    return text if cause is None else f"{text}: {cause}"
