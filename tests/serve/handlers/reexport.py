"""Handlers of other modules, under names of its own."""

from counting import counter
from probes import echo
from probes import echo as echo_again

__all__ = ["counter", "echo", "echo_again"]
