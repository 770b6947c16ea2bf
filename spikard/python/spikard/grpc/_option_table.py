"""What follows from the definition of an option: its keyword in a signature, its check, its default, its text."""

from __future__ import annotations

import ast
import difflib
import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar, get_args, get_type_hints

from spikard.grpc._forms import Form

_Function = TypeVar("_Function", bound=Callable[..., Any])
_ITS_OWN: Any = object()


class Group(Enum):
    """What options are about; they are listed in this order."""

    LISTENER = "where to listen"
    PROCESSES = "processes and threads"
    LIMITS = "limits"
    TLS = "TLS"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Option:
    """What a definition says of an option beside its name, its type and its text."""

    default: Any
    form: Form
    group: Group
    flags: tuple[str, ...] = ()
    """Flags beside the one that has the option's name."""
    unset: str = ""
    """What a default of ``None`` comes to."""

    def checked(self, name: str, value: Any) -> Any:
        """The value in its unit; see :attr:`Form.check`."""
        return None if value is None and self.default is None else self.form.check(name, value)


@functools.cache
def options_of(kind: type) -> Mapping[str, Option]:
    """The options that a ``TypedDict`` defines, by name."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: found for name, hint in hints.items() for found in get_args(hint) if isinstance(found, Option)}


def checked(kind: type, given: Mapping[str, Any], spelled: Callable[[str], str] = str) -> dict[str, Any]:
    """The values that are given, each checked; a ``TypeError`` names one that is no option of `kind`.

    `spelled` tells how the user has written a name, which is how an error names it.
    """
    options = options_of(kind)
    for name in given:
        if name not in options:
            near = difflib.get_close_matches(name, options, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else f": there are {', '.join(options)}"
            raise TypeError(f'there is no option "{name}"{hint}')
    return {name: options[name].checked(spelled(name), value) for name, value in given.items()}


def defaults(kind: type) -> dict[str, Any]:
    """The default of each option."""
    return {name: option.default for name, option in options_of(kind).items()}


def takes(kind: type, *, default: Any = _ITS_OWN) -> Callable[[_Function], _Function]:
    """Shows the options in the signature of a function that takes them as ``**options``, for `help` and notebooks.

    Type checkers read the ``TypedDict`` instead. A `default` is shown for each of them, instead of its own.
    """

    def decorate(function: _Function) -> _Function:
        signature = inspect.signature(function)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        hints = get_type_hints(kind)
        keywords = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=option.default if default is _ITS_OWN else default,
                annotation=hints[name],
            )
            for name, option in options_of(kind).items()
        ]
        function.__signature__ = signature.replace(parameters=[*own, *keywords])  # type: ignore[attr-defined]
        return function

    return decorate


def texts(kind: type) -> dict[str, str]:
    """The text of each option: the docstring below its definition, which an editor shows for the keyword.

    Python does not keep these docstrings, so they are read from the source; without a source there are none.
    """
    try:
        source = inspect.getsource(sys.modules[kind.__module__])
    except OSError:
        return {}
    found: dict[str, str] = {}
    for kind_of_options in ast.walk(ast.parse(source)):
        if isinstance(kind_of_options, ast.ClassDef):
            for entry, below in zip(kind_of_options.body, kind_of_options.body[1:], strict=False):
                if isinstance(entry, ast.AnnAssign) and isinstance(below, ast.Expr):
                    found[ast.unparse(entry.target)] = " ".join(ast.literal_eval(below.value).split())
    return found
