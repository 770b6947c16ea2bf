"""What these tests share."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from clients import Call, with_grpcio, with_grpclib
from grpc_tools import protoc  # type: ignore[import-untyped]  # pyright: ignore
from processes import Served, serving

PROTO = Path(__file__).resolve().parents[1] / "proto"


@pytest.fixture(scope="session")
def probes() -> Iterator[Served]:
    """The probes, served by the command."""
    with serving("probes", "--log-level", "warning") as served:
        yield served


BYTES = ("batch_handler", "transform_handler:handle_transform_stream", "filter_handler")
MESSAGES = ("typed_batch_handler", "typed_transform_handler:transform_stream", "typed_filter_handler")


@pytest.fixture(scope="session", params=[BYTES, MESSAGES], ids=["bytes", "messages"])
def examples(request: pytest.FixtureRequest) -> Iterator[Served]:
    """The handlers of the examples, served by the command: those on bytes, and those on messages."""
    with serving(*request.param) as served:
        yield served


@pytest.fixture(params=[with_grpcio, with_grpclib], ids=["grpcio", "grpclib"])
def call(request: pytest.FixtureRequest) -> Call:
    """The client of grpcio, and that of grpclib."""
    chosen: Call = request.param
    return chosen


@pytest.fixture(scope="session")
def orders_stub(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """What grpcio generates for a client of `orders.proto`."""
    folder = tmp_path_factory.mktemp("stub")
    assert protoc.main(["protoc", f"--proto_path={PROTO}", f"--grpc_python_out={folder}", "orders.proto"]) == 0
    spec = importlib.util.spec_from_file_location("orders_pb2_grpc", folder / "orders_pb2_grpc.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
