"""A module that gives SIGPIPE its default action back, as scripts do."""

import signal

from gated import stay

__all__ = ["stay"]

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
