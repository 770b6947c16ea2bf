"""The error of a program that uses this package wrongly."""

from __future__ import annotations


class MisuseError(ValueError):
    """A value that this package cannot use.

    In a handler it is the server's mistake, INTERNAL and logged, where any other ``ValueError`` is the client's.
    """
