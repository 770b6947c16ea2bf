"""What these tests share; the fixtures are in a module of their own, since there are several files of this name."""

from fixtures import call, probes, seed

__all__ = ["call", "probes", "seed"]
