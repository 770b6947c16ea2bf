"""Shows the package's docstrings, which refer to things in Sphinx's way, to a builder that reads Markdown."""

import re
from typing import Any

import griffe

PUBLIC = ("spikard.grpc", "spikard.grpc.testing")
# :class:`Name`, :class:`~module.Name` and :class:`text <module.Name>`
ROLE = re.compile(r":(?:attr|class|func|meth|mod):`~?(?:[^`<]*<)?([\w.]+)>?`")
# A page by its place in the repository.
PAGE = re.compile(r"``docs/reference/(\w+)\.md``")
# The mark before a literal block, alone or behind a sentence.
LITERAL = re.compile(r"^ *::$|:(?=:$)", re.MULTILINE)


class SphinxReferences(griffe.Extension):
    """Makes links of roles where they name what is public, and code of the others."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Rewrite every docstring of the package."""
        places = {name: f"{module}.{name}" for module in PUBLIC for name in pkg[module.partition(".")[2]].exports or ()}

        def link(role: re.Match[str]) -> str:
            if role[1] in PUBLIC:
                return f"`{role[1]}`"
            name = re.sub(r"^spikard\.grpc\.(testing\.)?", "", role[1])
            first, dot, rest = name.partition(".")
            return f"[`{name}`][{places[first]}{dot}{rest}]" if first in places else f"`{name}`"

        waiting: list[griffe.Object] = [pkg]
        while waiting:
            item = waiting.pop()
            if item.docstring is not None:
                text = LITERAL.sub("", ROLE.sub(link, item.docstring.value))
                item.docstring.value = PAGE.sub(r"[\1](../\1.md)", text)
            waiting.extend(member for member in item.members.values() if isinstance(member, griffe.Object))
