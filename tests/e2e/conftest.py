"""The servers that these tests call."""

import venv
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from servers import Server, running


@pytest.fixture(scope="session")
def probe_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server with everything: the examples and the probe."""
    with running("probe_server", tmp_path_factory.mktemp("probe") / "log") as server:
        yield server


@pytest.fixture(scope="session")
def channel(probe_server: Server) -> Iterator[grpc.Channel]:
    """A connection of grpcio to that server."""
    with grpc.insecure_channel(probe_server.address) as channel:
        yield channel


@pytest.fixture(scope="session")
def bare_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing installed."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    return folder
