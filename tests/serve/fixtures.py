"""What these tests share."""

from collections.abc import Iterator

import pytest
from clients import Call, with_grpcio, with_grpclib
from processes import Served, serving


@pytest.fixture(scope="session")
def probes() -> Iterator[Served]:
    """The probes, served by the command."""
    with serving("probes", "--log-level", "warning") as served:
        yield served


@pytest.fixture(scope="session")
def examples() -> Iterator[Served]:
    """The handlers of the examples, served by the command."""
    with serving("batch_handler", "transform_handler:handle_transform_stream", "filter_handler") as served:
        yield served


@pytest.fixture(params=[with_grpcio, with_grpclib], ids=["grpcio", "grpclib"])
def call(request: pytest.FixtureRequest) -> Call:
    """The client of grpcio, and that of grpclib."""
    chosen: Call = request.param
    return chosen
