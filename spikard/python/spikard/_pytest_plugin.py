"""The fixture ``spikard_server``, an entry point for pytest. Nothing else is imported until it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from spikard.grpc.testing import TestServer


@pytest.fixture
def spikard_server() -> Iterator[Callable[..., TestServer]]:
    """Starts servers on free ports, and stops them when the test ends.

    ``server = spikard_server("my_handlers", max_messages=10)`` takes what :class:`spikard.grpc.Server` takes, and has
    an ``address`` and a ``port``.
    """
    from spikard.grpc.testing import serving

    with ExitStack() as servers:

        def start(*targets: object, **options: Any) -> TestServer:
            return servers.enter_context(serving(*targets, **options))

        yield start
