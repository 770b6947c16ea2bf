"""The fixtures for tests of handlers, an entry point for pytest. Nothing else is imported until one is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from spikard.grpc.testing import AsyncClient, Client, TestServer


@pytest.fixture
def spikard_options() -> dict[str, Any]:
    """The options that the other fixtures start with; what a test gives comes before.

    Tests that need others everywhere have a fixture of this name in their ``conftest.py``.
    """
    return {}


@pytest.fixture
def spikard_server(spikard_options: dict[str, Any]) -> Iterator[Callable[..., TestServer]]:
    """Starts servers on free ports, and stops them when the test ends.

    ``server = spikard_server("my_handlers", max_messages=10)`` takes what :class:`spikard.grpc.Server` takes, and has
    an ``address`` and a ``port``.
    """
    from spikard.grpc.testing import serving

    with ExitStack() as servers:

        def start(*targets: object, **options: Any) -> TestServer:
            return servers.enter_context(serving(*targets, **{**spikard_options, **options}))

        yield start


@pytest.fixture
def spikard_client(spikard_options: dict[str, Any]) -> Iterator[Callable[..., Client]]:
    """Starts clients in the process, and closes them when the test ends.

    ``client = spikard_client("my_handlers", max_messages=10)`` takes what :class:`spikard.grpc.testing.Client` takes.
    """
    from spikard.grpc.testing import Client

    with ExitStack() as clients:

        def start(*targets: object, **options: Any) -> Client:
            return clients.enter_context(Client(*targets, **{**spikard_options, **options}))

        yield start


@pytest.fixture
def spikard_async_client(spikard_options: dict[str, Any]) -> Callable[..., AsyncClient]:
    """Makes clients for ``async`` tests, on whose loop handlers run.

    ``async with spikard_async_client("my_handlers") as client`` takes what :class:`spikard.grpc.testing.AsyncClient`
    takes. The test closes it: a fixture does not know the loop.
    """
    from spikard.grpc.testing import AsyncClient

    def make(*targets: object, **options: Any) -> AsyncClient:
        return AsyncClient(*targets, **{**spikard_options, **options})

    return make
