"""Finds handlers by name, and says well what is wrong with those that it does not find."""

from __future__ import annotations

import difflib
import importlib
import inspect
import sys
import traceback
from types import ModuleType
from typing import Any, Literal

from spikard._runtime.frames import user_frames
from spikard._runtime.handler import Handler, is_def_generator, runs_on_loop

Fault = Literal["name", "module", "import", "attribute", "callable"]


class NotFoundError(Exception):
    """A handler that cannot be used, with the text that tells the user why."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault: Fault = fault
        self.text = text


def find(name: str) -> Handler:
    """The handler ``module:callable``; the callable may be an attribute of an attribute."""
    module_name, colon, path = name.partition(":")
    if not (module_name and colon and path) or module_name.startswith("."):
        raise NotFoundError("name", f'"{name}" does not name a Python callable: write "module:callable"')
    found: Any = _module(name, module_name)
    for attribute in path.split("."):
        found = _attribute(name, found, attribute)
    _check(name, found)
    return Handler(name, found, runs_on_loop(found))


def _module(name: str, module_name: str) -> ModuleType:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name
        if missing is None or not f"{module_name}.".startswith(f"{missing}."):
            raise _import_failed(name, module_name, error) from error
        looked_in = "".join(f"\n  {entry or '(the working directory)'}" for entry in sys.path)
        raise NotFoundError(
            "module",
            f'the Python module "{missing}" of "{name}" does not exist; the module search path is:{looked_in}\n'
            f"start the program in the module's folder, or name the folder in PYTHONPATH or with "
            f"Interpreter::builder().path(…)",
        ) from None
    except BaseException as error:  # SystemExit at import as well: it must not take the server with it
        raise _import_failed(name, module_name, error) from error


def _import_failed(name: str, module_name: str, error: BaseException) -> NotFoundError:
    lines = traceback.format_exception(type(error), error, user_frames(error.__traceback__))
    text = "".join(lines).rstrip()
    return NotFoundError(
        "import", f'the Python module "{module_name}" of "{name}" failed when it was imported:\n{text}'
    )


def _attribute(name: str, owner: Any, attribute: str) -> Any:
    try:
        return getattr(owner, attribute)
    except AttributeError:
        if isinstance(owner, ModuleType):
            where = f'the Python module "{owner.__name__}" ({getattr(owner, "__file__", None) or "built in"})'
        else:
            where = f"{owner!r}"
        near = difflib.get_close_matches(attribute, dir(owner), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise NotFoundError("attribute", f'{where} has no "{attribute}", which "{name}" names{hint}') from None


def _check(name: str, found: Any) -> None:
    if inspect.isclass(found):
        raise NotFoundError("callable", f'"{name}" is a class: name a function, or an instance that can be called')
    if not callable(found):
        raise NotFoundError("callable", f'"{name}" is not callable: it is of type {type(found).__name__}')
    if is_def_generator(found):
        raise NotFoundError(
            "callable",
            f'"{name}" is a def that yields: a handler that yields is an async generator, so write async def '
            f"(and await asyncio.to_thread(…) around what blocks)",
        )
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return  # a callable of C without a signature: its first call will tell
    try:
        signature.bind(object())
    except TypeError as error:
        raise NotFoundError(
            "callable", f'"{name}" must take one argument, the request; its parameters are {signature} ({error})'
        ) from None
