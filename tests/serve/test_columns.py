"""Streams as columns of pyarrow, from Python's servers and clients of others."""

import importlib
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import columnar
import pyarrow as pa
import pytest
from clients import Call
from processes import serving as serving_command
from wire import grpc

import orders_pb2
from orders_pb2 import Item, Total
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    grpc_stream,
)
from spikard.grpc.testing import AsyncClient, Client, TestServer, serving

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/columns.md"
ITEM = Item(name="tea", value=3).SerializeToString()


@pytest.fixture(scope="module")
def server() -> Iterator[TestServer]:
    """The handlers of columns; `columnar.RAN` has what they got."""
    with serving(columnar.add_up, columnar.convert, columnar.found) as server:
        yield server


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    columnar.RAN.clear()


def items(count: int, length: int = 3) -> list[Item]:
    """Items that differ; some are empty messages."""
    return [Item(name="n" * (index * 6151 % length), value=index) for index in range(count)]


@pytest.mark.parametrize("count", [0, 1, 10_000])
def test_a_stream_is_one_batch(server: TestServer, count: int) -> None:
    """In order and complete, from grpcio's client."""
    with grpc.insecure_channel(server.address) as channel:
        add_up = channel.stream_unary(
            "/orders.Orders/AddUp", request_serializer=Item.SerializeToString, response_deserializer=Total.FromString
        )
        total = add_up(iter(items(count)), timeout=60)
    assert total == Total(value=sum(range(count)))
    (batch,) = columnar.RAN
    assert type(batch) is pa.RecordBatch
    assert batch.schema.names == ["name", "value"]
    assert batch.to_pylist() == [{"name": item.name, "value": item.value} for item in items(count)]


@pytest.mark.parametrize(("count", "length", "chunks"), [(0, 3, 0), (5, 3, 1), (300, 20_000, 3)])
def test_columns_in_both_directions(server: TestServer, count: int, length: int, chunks: int) -> None:
    """A table has the pieces that it was converted in, of a mebibyte; the rows come in their order."""
    with grpc.insecure_channel(server.address) as channel:
        convert = channel.stream_stream(
            "/orders.Orders/Convert",
            request_serializer=Item.SerializeToString,
            response_deserializer=Total.FromString,
        )
        call = convert(iter(items(count, length)), timeout=60)
        assert [total.value for total in call] == list(range(count))
        assert ("x-rows", str(count)) in call.trailing_metadata()
    (table,) = columnar.RAN
    assert type(table) is pa.Table
    assert table.column("name").num_chunks == chunks
    assert table.column("name").to_pylist() == [item.name for item in items(count, length)]


def test_empty_messages_end_a_piece_as_well() -> None:
    """What a piece costs is not its bytes alone."""
    with Client(columnar.convert, max_messages=100_000) as client:
        client.call("Convert", [b""] * 40_000)
    (table,) = columnar.RAN
    assert isinstance(table, pa.Table)
    assert (table.num_rows, table.column("name").num_chunks) == (40_000, 2)


def test_a_large_stream_is_one_batch_too(server: TestServer, call: Call) -> None:
    """Of several pieces."""
    sent = [item.SerializeToString() for item in items(300, 20_000)]
    assert call(server.address, "/orders.Orders/AddUp", "stream_unary", sent).code == "OK"
    assert columnar.RAN[0].column("name").to_pylist() == [item.name for item in items(300, 20_000)]


def test_a_response_of_columns(server: TestServer, call: Call) -> None:
    """Of a method of an instance; its metadata is sent."""
    answer = call(server.address, "/orders.Orders/FindAll", "unary_stream", [ITEM])
    assert [Item.FromString(one) for one in answer.messages] == [Item(), Item(value=1), Item(value=2)]
    assert ("x-name", "tea") in answer.metadata


def test_columns_that_are_yielded(call: Call) -> None:
    """Each batch is many messages, sent in parts, and more than the client takes at once."""
    count = 100_000
    with serving(columnar.Streamed()) as server:
        request = Item(value=count).SerializeToString()
        answer = call(server.address, "/orders.Orders/FindAll", "unary_stream", [request], timeout=120)
    assert [Item.FromString(one).value for one in answer.messages] == list(range(count))
    assert ("x-done", "yes") in answer.trailers


def test_a_stream_of_tables_with_metadata(call: Call) -> None:
    """Returned, not yielded."""
    with serving(columnar.Returned()) as server:
        answer = call(server.address, "/orders.Orders/FindAll", "unary_stream", [Item(value=2).SerializeToString()])
    assert [Item.FromString(one).value for one in answer.messages] == [0, 1, 0, 1]
    assert (answer.metadata, answer.trailers) == ([("x-a", "1")], [("x-b", "2")])


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (pa.record_batch({"price": [1]}), 'orders.Item has no field "price", which is a column: it has name, value'),
        (
            Item(),
            "yielded orders_pb2.Item after 2 messages, expected pyarrow.RecordBatch, as the response is annotated",
        ),
        (b"", "yielded bytes after 2 messages, expected pyarrow.RecordBatch, as the response is annotated"),
    ],
    ids=["column", "message", "bytes"],
)
def test_what_is_yielded_and_cannot_be_sent(
    call: Call, caplog: pytest.LogCaptureFixture, wrong: Any, text: str
) -> None:
    """INTERNAL after what could be sent; the log says why."""
    with serving(columnar.Wrong(wrong)) as server:
        answer = call(server.address, "/orders.Orders/FindAll", "unary_stream", [ITEM])
    assert (answer.code, len(answer.messages)) == ("INTERNAL", 2)
    assert text in caplog.text
    assert "Traceback" not in caplog.text


def test_the_command_serves_them(call: Call) -> None:
    """In a process of its own."""
    with serving_command("columnar", env={"PYTHONPATH": str(Path(orders_pb2.__file__).parent)}) as served:
        answer = call(served.address, "/orders.Orders/AddUp", "stream_unary", [ITEM, ITEM])
    assert (answer.code, answer.messages) == ("OK", [Total(value=6).SerializeToString()])


@pytest.mark.parametrize("method", ["AddUp", "Convert"])
@pytest.mark.parametrize(("count", "index"), [(1, 0), (10_000, 7321), (10_000, 0), (10_000, 9_999)])
def test_a_message_that_cannot_be_decoded(
    server: TestServer, call: Call, caplog: pytest.LogCaptureFixture, method: str, count: int, index: int
) -> None:
    """It is named by its index, the first of two; the handler does not run."""
    messages = [ITEM] * count
    messages[index] = messages[-1] = b"\x0a\xff"
    with caplog.at_level(logging.INFO, "spikard"):
        answer = call(server.address, f"/orders.Orders/{method}", "stream_stream", messages)
    assert (answer.code, columnar.RAN) == ("INVALID_ARGUMENT", [])
    expected = f"message {index} of the stream is not a valid orders.Item: Error parsing message"
    assert answer.text.startswith(expected)
    assert f": {answer.text}; the client gets INVALID_ARGUMENT" in caplog.text


def test_wherever_it_is() -> None:
    """Of streams of every length up to ten."""
    with Client(columnar.add_up) as client:
        for count in range(1, 11):
            for index in range(count):
                messages = [ITEM] * index + [b"\x0a\xff"] * (count - index)
                with pytest.raises(GrpcError, match=rf": message {index} of the stream is not a valid orders\.Item"):
                    client.call("AddUp", messages)


def test_one_in_a_later_piece(server: TestServer, call: Call) -> None:
    """Its index is that of the whole stream."""
    messages = [item.SerializeToString() for item in items(300, 20_000)]
    messages[250] = b"\x0a\xff"
    answer = call(server.address, "/orders.Orders/AddUp", "stream_stream", messages)
    assert answer.text.startswith("message 250 of the stream is not a valid orders.Item")


def test_what_does_not_fit_into_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As over 2 GiB of text in a column, which a table can have."""

    def overflows(batches: list[pa.RecordBatch]) -> None:
        raise pa.ArrowInvalid("offset overflow while concatenating arrays")

    monkeypatch.setattr(pa, "concat_batches", overflows)
    with Client(columnar.add_up) as client, pytest.raises(MemoryError, match=r"with pyarrow\.Table") as raised:
        client.call("AddUp", [item.SerializeToString() for item in items(300, 20_000)])
    assert "300 messages do not fit into one pyarrow.RecordBatch (offset overflow" in str(raised.value)


def test_a_method_of_another_kind() -> None:
    """As a program in Rust may name a handler for: said, and not handed over undecoded."""
    typed = columnar.add_up.__grpc_stream__.typed  # type: ignore[attr-defined]
    for request in (GrpcRequest(), GrpcDuplexRequest()):
        with pytest.raises(TypeError, match=rf"a buffered stream is made into, and got a {type(request).__name__}"):
            typed.decode(request)


def test_clients_in_the_process_take_and_give_columns() -> None:
    """Columns, or bytes."""
    batch = pa.record_batch({"name": ["tea", "jam"], "value": [3, 4]})
    with Client(columnar.add_up, columnar.convert, columnar.found) as client:
        assert client.call(columnar.add_up, batch).payload == Total(value=7)
        assert client.call("AddUp", [ITEM, ITEM]).payload == Total(value=6)
        assert client.call("AddUp").payload == Total()
        converted: Any = client.call(columnar.convert, pa.Table.from_batches([batch, batch])).messages
        assert type(converted) is pa.Table
        assert converted.to_pydict() == {"value": [3, 4, 3, 4], "names": [[], [], [], []]}
        found: Any = client.call(columnar.found.find_all, Item(value=2)).messages
        assert (type(found), found.to_pylist()) == (
            pa.RecordBatch,
            [{"name": "", "value": 0}, {"name": "", "value": 1}],
        )
        with pytest.raises(TypeError, match=r"must be a pyarrow\.RecordBatch, or a list of bytes, not a Table"):
            client.call(columnar.add_up, pa.Table.from_batches([batch]))  # type: ignore[arg-type]  # pyright: ignore
        with pytest.raises(GrpcError, match="message 1 of the stream"):
            client.call("AddUp", [ITEM, b"\x0a\xff"])


async def streamed(count: int) -> Any:
    """What the handler that yields batches answers."""
    handlers = columnar.Streamed()
    async with AsyncClient(handlers) as client:
        return (await client.call(handlers.find_all, Item(value=count))).messages


@pytest.mark.asyncio
async def test_the_asynchronous_client() -> None:
    """A stream of batches comes as one."""
    assert (await streamed(3)).column("value").to_pylist() == [0, 1, 2]
    assert (await streamed(0)).num_rows == 0


@pytest.mark.asyncio
async def test_a_handler_is_a_function() -> None:
    """Called with columns that a test makes."""
    batch = pa.record_batch({"value": [3, 4]})
    assert (await columnar.add_up(GrpcClientStreamRequest(batch))).payload == Total(value=7)
    response = columnar.convert(GrpcBidiStreamRequest(pa.Table.from_batches([batch])))
    assert response.messages.to_pydict() == {"value": [3, 4]}
    assert "GrpcBidiStreamResponse(messages=pyarrow.Table" in repr(response)


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_frames_of_others(library: str) -> None:
    """In and out by the lines of the guide."""
    (line,) = re.findall(rf"^\| {library} \| (.+) \|$", GUIDE.read_text(), re.MULTILINE)
    into, back = re.findall(r"`([^`]+)`", line)
    kinds: list[type] = []

    @grpc_stream(service=columnar.ORDERS, method="Convert")
    def through(request: GrpcBidiStreamRequest[pa.RecordBatch]) -> GrpcBidiStreamResponse[pa.Table]:
        frame = eval(into, {library: importlib.import_module(library), "request": request})
        kinds.append(type(frame))
        return GrpcBidiStreamResponse(eval(back, {"pa": pa, "frame": frame[["value"]]}))

    batch = pa.record_batch({"name": ["tea", "jam"], "value": [3, 4]})
    with Client(through) as client:
        assert client.call(through, batch).messages.column("value").to_pylist() == [3, 4]
    assert kinds[0] is importlib.import_module(library).DataFrame
