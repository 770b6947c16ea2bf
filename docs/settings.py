"""Writes ``reference/settings.md`` from the definitions of the options: ``python docs/settings.py``."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from spikard._cli.options import flag, variable
from spikard.grpc._option_table import Group, Option, options_of, texts
from spikard.grpc._options import ClientOptions, CommandOptions, MethodLimits, ServeOptions, ServerOptions

PAGE = Path(__file__).parent / "reference" / "settings.md"

HEAD = """\
# Settings

<!-- Written by `python docs/settings.py` from spikard/python/spikard/grpc/_options.py: change it there. -->

An option has one name: it is a keyword in Python, a flag of `spikard serve`, and an environment variable. A flag takes
precedence over its variable. As a variable, a switch is `1` or `0`.

A size is a number of bytes, or a text with `B`, `KB`, `MB`, `GB`, `KiB`, `MiB` or `GiB`: `"8MiB"`. A time is a number
of seconds, or a text with `h`, `m`, `s` and `ms`: `"1m30s"`, `"250ms"`; in Python also a `timedelta`.
"""

TABLE = """\
| keyword | flag | variable | value | default | what it does |
|---|---|---|---|---|---|
"""


def page(kind: type = CommandOptions) -> str:
    """The whole page, for the options of a kind."""
    sections = [HEAD]
    described = texts(kind)
    for group in Group:
        rows = [row(n, o, described[n]) for n, o in options_of(kind).items() if o.group is group]
        sections.append(f"## {group.value[:1].upper()}{group.value[1:]}\n\n{TABLE}{''.join(rows)}")
    sections.append("## Who takes which\n\n" + "".join(takers(kind)))
    return "\n".join(sections)


def row(name: str, option: Option, text: str) -> str:
    """One option, as a row of its table."""
    default = option.unset if option.default is None else code(str(option.default))
    flags = " ".join(map(code, (flag(name, option), *option.flags)))
    cells = (code(name), flags, code(variable(name)), option.form.unit, default or "–", text.replace("``", "`"))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def takers(kind: type) -> Iterator[str]:
    """Who takes which of the options."""
    yield f"- `@grpc_stream`, for one method, where each default is the server's: {names(options_of(MethodLimits))}.\n"
    yield f"- `Client` and `AsyncClient` of `spikard.grpc.testing`: {names(options_of(ClientOptions))}.\n"
    yield f"- `Server`: all but {names(options_of(kind).keys() - options_of(ServerOptions))}.\n"
    yield f"- `serve`: all but {names(options_of(kind).keys() - options_of(ServeOptions))}.\n"
    yield "- `spikard serve`: all.\n"


def names(options: Iterable[str]) -> str:
    """The names, in the order of the definitions."""
    found = set(options)
    return ", ".join(code(name) for name in options_of(CommandOptions) if name in found)


def code(text: str) -> str:
    """A text as code."""
    return f"`{text}`"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
