"""What is derived from the definition of an option: keyword, check, default, text."""

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
    """The groups of options, in the order in which they are listed."""

    LISTENER = "where to listen"
    PROCESSES = "processes and threads"
    LIMITS = "limits"
    CONNECTIONS = "connections"
    TLS = "TLS"
    SEEING = "logs and metrics"
    APPLICATION = "application"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Option:
    """An option, beside its name, its type and its text."""

    default: Any
    form: Form
    group: Group
    flags: tuple[str, ...] = ()
    """Aliases of the flag that has the option's name."""
    unset: str = ""
    """What a default of ``None`` means, for the help."""

    def checked(self, name: str, value: Any) -> Any:
        """The value in its unit; see :attr:`Form.check`."""
        return None if value is None and self.default is None else self.form.check(name, value)


@functools.cache
def options_of(kind: type) -> Mapping[str, Option]:
    """The options that a ``TypedDict`` defines, by name."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: found for name, hint in hints.items() for found in get_args(hint) if isinstance(found, Option)}


def checked(kind: type, given: Mapping[str, Any], spelled: Callable[[str], str] = str) -> dict[str, Any]:
    """Checks the given options; raises a ``TypeError`` for one that is no option of `kind`.

    `spelled` maps a name to what the user wrote: keyword, flag or variable. An error names the option so.
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
    """Lists the options in the run-time signature of a function with ``**options``, for `help` and notebooks.

    Type checkers read the ``TypedDict`` instead. `default` replaces the default of each.
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

    Python drops these docstrings, so they are read from the source. Without a source, there are none.
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
