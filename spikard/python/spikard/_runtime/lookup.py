"""Finds the handlers of a program that embeds Python, by name."""

from __future__ import annotations

import inspect
from typing import Any, Literal

from spikard._runtime import names
from spikard._runtime.frames import user_traceback
from spikard._runtime.handler import Handler
from spikard.grpc._declaration import declared
from spikard.grpc._kind_of import annotations_of
from spikard.grpc._layers import innermost, runs_on_loop
from spikard.grpc._signature import signature_of
from spikard.grpc._typed import Typed
from spikard.grpc._typed_of import typed_of

Fault = Literal["name", "module", "import", "attribute", "callable"]


class NotFoundError(Exception):
    """A handler that cannot be used, with a text for the user."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault: Fault = fault
        self.text = text


def find(name: str) -> Handler:
    """The handler ``module:callable``; the callable may be an attribute of an attribute."""
    module_name, colon, path = name.partition(":")
    if not (module_name and colon and path) or module_name.startswith("."):
        raise NotFoundError("name", f'"{name}" does not name a Python callable: write "module:callable"')
    try:
        found = names.find(name)
    except ModuleNotFoundError as error:
        raise NotFoundError("module", f"{name}: {error}, or with Interpreter::builder().path(…)") from None
    except names.ImportFailedError as error:
        text = f"the module of {name} failed when it was imported:\n{user_traceback(error.__cause__ or error)}"
        raise NotFoundError("import", text) from error.__cause__
    except AttributeError as error:
        raise NotFoundError("attribute", str(error)) from None
    _check(name, found)
    return Handler(name, found, runs_on_loop(found), _typed(name, found))


def _typed(name: str, found: Any) -> Typed | None:
    """The messages that a callable takes and gives, by its declaration or else by its annotations."""
    declaration = declared(getattr(found, "__func__", found))
    if declaration is not None:
        return declaration.typed
    try:
        signature = signature_of(found)
    except (TypeError, ValueError):
        return None
    parameter = next(iter(signature.parameters.values()))
    try:
        return typed_of(annotations_of(innermost(found), parameter, signature.return_annotation, required=False), None)
    except TypeError as error:
        raise NotFoundError("callable", f'"{name}": {error}') from error


def _check(name: str, found: Any) -> None:
    if inspect.isclass(found):
        raise NotFoundError("callable", f'"{name}" is a class: name a function, or an instance that can be called')
    if not callable(found):
        raise NotFoundError("callable", f'"{name}" is not callable: it is of type {type(found).__name__}')
    try:
        signature = signature_of(found, as_text=True)
    except (TypeError, ValueError):
        return  # a C function without a signature: a mistake shows in its first call
    try:
        signature.bind(object())
    except TypeError as error:
        raise NotFoundError(
            "callable", f'"{name}" must take one argument, the request; its parameters are {signature} ({error})'
        ) from None
