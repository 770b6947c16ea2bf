"""The command ``spikard``."""

from spikard._cli.command import main

__all__ = ["main"]
