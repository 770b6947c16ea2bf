"""The names of services and methods."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def service_name(value: object) -> str:
    """Checks the full name of a service, as it is in the ``.proto``."""
    if not isinstance(value, str):
        raise TypeError(f'service must be the full name of a service, "package.Service", not {type(value).__name__}')
    if not value:
        raise ValueError('the service has no name: write its full name, service="package.Service"')
    service, slash, method = value.strip("/").partition("/")
    if slash:
        raise ValueError(
            f"a path of a method is not the name of a service: write service={_quoted(service)}, "
            f"method={_quoted(method)}"
        )
    for part in value.split("."):
        if not part:
            raise ValueError(
                f'"{value}" has an empty part: write the full name from the .proto, service="package.Service"'
            )
        if not _IDENTIFIER.fullmatch(part):
            raise ValueError(
                f'"{part}" is not a name in a .proto (letters, digits and _, no digit first): write the full name, '
                f'service="package.Service"'
            )
    return value


def method_name(value: object) -> str:
    """Checks the name of a method, as it is in the ``.proto``."""
    if not isinstance(value, str):
        raise TypeError(f'method must be the name of a method, "BatchCreate", not {type(value).__name__}')
    if not _IDENTIFIER.fullmatch(value):
        raise ValueError(
            f'"{value}" is not a name in a .proto (letters, digits and _, no digit first): write the name of the '
            f'method alone, method="BatchCreate"'
        )
    return value


def default_method_name(function: str) -> str:
    """``batch_create`` → ``BatchCreate``, by the rule of the Rust macro.

    An underscore stays between two digits, which would run together (``step_1_2``), and before a digit that
    would come first.
    """
    camel = ""
    for word in filter(None, function.split("_")):
        if word[0].isdigit() and (not camel or camel[-1].isdigit()):
            camel += "_"
        camel += word[0].upper() + word[1:]
    if not _IDENTIFIER.fullmatch(camel):
        raise ValueError(f'"{function}" gives no name of a method: write it, method="BatchCreate"')
    return camel


def _quoted(text: str) -> str:
    return f'"{text}"'
