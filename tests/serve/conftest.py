"""What these tests share; the fixtures are in a module of their own, since there are several files of this name."""

from fixtures import call, examples, orders_stub, probes

__all__ = ["call", "examples", "orders_stub", "probes"]
