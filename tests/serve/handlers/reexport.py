"""Handlers of other modules, under names of its own."""

from probes import echo
from probes import echo as echo_again
from shop import counter

__all__ = ["counter", "echo", "echo_again"]
