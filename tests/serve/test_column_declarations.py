"""What is said of handlers of columns when they are declared, and what columns need to be installed."""

# mypy: disable-error-code="empty-body"

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from libraries import protobuf_py
from processes import spikard

import columns_pb2
import orders_pb2
from columns_pb2 import Row, Tree
from orders_pb2 import Item, Total
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    grpc_stream,
)
from spikard.grpc.testing import Client

ORDERS = orders_pb2.DESCRIPTOR.services_by_name["Orders"]
ROWS = columns_pb2.DESCRIPTOR.services_by_name["Rows"]
stream: Any = grpc_stream


async def add_up(request: GrpcClientStreamRequest[pa.RecordBatch]) -> GrpcResponse[Total]: ...
async def raw_answer(request: GrpcClientStreamRequest[pa.Table]) -> GrpcResponse[bytes]: ...
async def no_argument(request: GrpcClientStreamRequest[pa.Table]) -> GrpcResponse: ...
async def get(request: GrpcRequest[pa.RecordBatch]) -> GrpcResponse[Item]: ...
async def get_url(request: GrpcRequest[Item]) -> GrpcResponse[pa.Table]: ...
async def find_all(request: GrpcRequest[Item]) -> GrpcServerStreamResponse[pa.RecordBatch]: ...
def find_more(request: GrpcRequest[Item]) -> GrpcDuplexResponse[pa.RecordBatch]: ...
async def watch(request: GrpcDuplexRequest[pa.RecordBatch]) -> AsyncIterator[Total]:
    yield Total()


async def watch_columns(request: GrpcDuplexRequest[Item]) -> AsyncIterator[pa.RecordBatch]:
    yield pa.record_batch({})


async def convert(request: GrpcBidiStreamRequest[pa.RecordBatch]) -> GrpcBidiStreamResponse[pa.Table]: ...
async def array(request: GrpcClientStreamRequest[pa.BinaryArray]) -> GrpcResponse[Total]: ...
async def plant(request: GrpcBidiStreamRequest[pa.Table]) -> GrpcBidiStreamResponse[pa.Table]: ...
async def plant_trees(request: GrpcBidiStreamRequest[pa.Table]) -> GrpcBidiStreamResponse[Tree]: ...
async def one(request: GrpcClientStreamRequest[pa.Table]) -> GrpcResponse[Row]: ...


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (add_up, {}),
        (raw_answer, {"method": "AddUp"}),
        (find_all, {}),
        (find_more, {"method": "FindAll"}),
        (watch_columns, {"method": "Watch"}),
        (convert, {}),
        (plant_trees, {"method": "Plant", "service": ROWS}),
    ],
)
def test_what_can_be_declared(function: Any, options: dict[str, Any]) -> None:
    """And again, as by a module that is loaded anew."""
    for _ in range(2):
        stream(**{"service": ORDERS, **options})(function)
        del function.__grpc_stream__


@pytest.mark.parametrize(
    ("function", "options", "text"),
    [
        (
            add_up,
            {"service": "orders.Orders"},
            (
                "the type argument of its request is pyarrow.RecordBatch, which does not tell of what messages: give "
                "the decorator the descriptor of the service, "
                '@grpc_stream(service=shop_pb2.DESCRIPTOR.services_by_name["Orders"])'
            ),
        ),
        (
            find_all,
            {"service": "orders.Orders"},
            "the type argument of its response is pyarrow.RecordBatch, which does",
        ),
        (no_argument, {"method": "AddUp"}, "its request has messages of pyarrow.Table, and its response has no type"),
        (
            get,
            {},
            "the type argument of its request is pyarrow.RecordBatch, and it has one message: annotate it with",
        ),
        (get_url, {}, "the type argument of its response is pyarrow.Table, and it has one message: annotate it with"),
        (watch, {}, "its messages come one by one: take a GrpcClientStreamRequest or a GrpcBidiStreamRequest"),
        (array, {"method": "AddUp"}, "the type argument of its request, BinaryArray, is no class of messages"),
        (
            plant,
            {"service": ROWS},
            "columns.Tree contains itself (columns.Tree → columns.Tree), and columns cannot: annotate the response",
        ),
        (one, {"service": ROWS}, "which is unary, and this handler is client streaming"),
        (add_up, {"method": "AddUpp"}, 'no method "AddUpp" in its .proto: did you mean "AddUp"?'),
    ],
)
def test_mistakes(function: Any, options: dict[str, Any], text: str) -> None:
    """One clear error, when the module is imported."""
    with pytest.raises((TypeError, ValueError)) as raised:
        stream(**{"service": ORDERS, **options})(function)
    assert text in str(raised.value)
    assert function.__qualname__ in str(raised.value)


def test_descriptors_of_protobuf_py(tmp_path: Path) -> None:
    """What they tell of messages is enough."""
    library = protobuf_py(tmp_path)

    async def total(request):  # type: ignore[no-untyped-def]
        return GrpcResponse(library.Total(value=request.messages.num_rows))

    taken: Any = GrpcClientStreamRequest
    given: Any = GrpcResponse
    total.__annotations__ = {"request": taken[pa.RecordBatch], "return": given[library.Total]}
    handler = stream(service=library.Item.desc().file.services[0], method="AddUp")(total)
    with Client(handler) as client:
        assert client.call(handler, pa.record_batch({"name": ["a", "b"]})).payload.value == 2


def test_ptars_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install."""
    monkeypatch.setitem(sys.modules, "ptars", None)
    with pytest.raises(ImportError) as raised:
        stream(service=ORDERS)(add_up)
    assert "add_up: pyarrow.RecordBatch needs ptars as well, which cannot be imported (" in str(raised.value)
    assert str(raised.value).endswith("pip install 'spikard[arrow]', or pip install ptars")


def test_pyarrow_is_missing(tmp_path: Path) -> None:
    """The module that imports it is named, by the command as well."""
    (tmp_path / "pyarrow.py").write_text("raise ModuleNotFoundError(\"No module named 'pyarrow'\", name='pyarrow')\n")
    (tmp_path / "columnar_orders.py").write_text("import pyarrow as pa\n")
    done = spikard("serve", "columnar_orders", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode != 0
    assert 'the module "columnar_orders" failed when it was imported' in done.stderr
    assert "No module named 'pyarrow'" in done.stderr


def test_nothing_is_imported_without_columns() -> None:
    """Neither of the two, nor protobuf, for handlers of bytes."""
    program = (
        "import sys, spikard.grpc.testing\n"
        "from spikard.grpc import *\n"
        "@grpc_stream(service='a.A')\n"
        "def one(request: GrpcClientStreamRequest[bytes]) -> GrpcServerStreamResponse[bytes]: ...\n"
    ).replace("GrpcServerStreamResponse", "GrpcResponse")
    check = "print({'pyarrow', 'ptars', 'google.protobuf'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program + check], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
