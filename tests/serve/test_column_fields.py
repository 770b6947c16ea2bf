"""Fields of every kind as columns, as the guide's table says, and what columns cannot hold."""

import logging
import math
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from google.protobuf import duration_pb2, timestamp_pb2
from wire import grpc

from columns_pb2 import COLOR_RED, DESCRIPTOR, Part, Row, Tree
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcError,
    grpc_stream,
)
from spikard.grpc.testing import Client, serving

ROOT = Path(__file__).resolve().parents[2]
ROWS = DESCRIPTOR.services_by_name["Rows"]
GOT: list[Any] = []
ANSWERS: list[Any] = []


@grpc_stream(service=ROWS)
def echo(request: GrpcBidiStreamRequest[pa.RecordBatch]) -> GrpcBidiStreamResponse[pa.RecordBatch]:
    GOT.append(request.messages)
    answer = ANSWERS.pop() if ANSWERS else request.messages
    return GrpcBidiStreamResponse(answer) if answer is not None else request.messages  # type: ignore[return-value]


@grpc_stream(service=ROWS)
def plant(request: GrpcBidiStreamRequest[pa.RecordBatch]) -> GrpcBidiStreamResponse[Tree]:
    GOT.append(request.messages)
    return GrpcBidiStreamResponse([])


@pytest.fixture(autouse=True)
def _nothing_got() -> None:
    GOT.clear()
    ANSWERS.clear()


def echoed(*rows: Row) -> list[Row]:
    """The rows that a client gets for rows, over a socket: bytes, which it parses itself."""
    with serving(echo) as server, grpc.insecure_channel(server.address) as channel:
        call = channel.stream_stream("/columns.Rows/Echo", response_deserializer=Row.FromString)
        return list(call((row.SerializeToString() for row in rows), timeout=30))


def full() -> Row:
    """A row whose fields all have values, at the ends of their ranges."""
    row = Row(
        int32_field=-(2**31),
        sint32_field=2**31 - 1,
        sfixed32_field=-1,
        int64_field=-(2**63),
        sint64_field=2**63 - 1,
        sfixed64_field=-1,
        uint32_field=2**32 - 1,
        fixed32_field=7,
        uint64_field=2**64 - 1,
        fixed64_field=7,
        float_field=0.5,
        double_field=math.inf,
        bool_field=True,
        string_field="größer",
        bytes_field=b"\xff\x00",
        color=COLOR_RED,
        optional_field=0,
        part=Part(name="lid"),
        numbers=[1, 0, -1],
        parts=[Part(name="a"), Part()],
        counts={"a": 1, "b": 0},
        named_parts={"a": Part(name="a")},
        text="",
    )
    row.at.FromJsonString("2026-11-26T09:15:00.123456789Z")
    row.lasts.FromJsonString("-1.500000001s")
    row.wrapped.value = 0
    row.times.add().FromJsonString("1999-12-31T23:59:59Z")
    row.named_times["now"].FromJsonString("2026-01-01T00:00:00Z")
    row.parts[0].made.FromJsonString("1700-01-01T00:00:00Z")
    return row


def test_what_goes_in_comes_out() -> None:
    """Every field, its absence, and enum values that nobody knows."""
    rows = [full(), Row(), Row(color=9, other=Part(name="other")), Row(part=Part())]  # type: ignore[arg-type]
    assert echoed(*rows) == rows


def guide_rows() -> list[tuple[list[str], str, str]]:
    """The table of the guide: fields, their column, and what a field that is not set is in it."""
    page = (ROOT / "docs/guide/columns.md").read_text()
    table = [line for line in page.splitlines() if line.startswith("| `")]
    cells = [[re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split(" | ")] for line in table]
    return [(fields, column, empty) for fields, (column, *_), (empty, *_) in (row for row in cells if len(row) == 3)]


def fields_of_row() -> dict[str, str]:
    """The names of the fields of `Row`, by their kinds as the `.proto` writes them."""
    row = (ROOT / "tests/proto/columns.proto").read_text().partition("message Row {")[2].partition("\n}\n")[0]
    found = re.findall(r"^( +)([\w.<>, ]+?) (\w+) = \d+;$", row, re.MULTILINE)
    # Those of a `oneof` stand further in.
    return {"oneof " * (len(indent) > 2) + kind: name for indent, kind, name in found}


def test_the_table_of_the_guide() -> None:
    """Each kind of field is in it, with the type of its column and the value of a field that is not set."""
    with Client(echo) as client:
        client.call("Echo", [b""])
    (batch,) = GOT
    names, seen = fields_of_row(), set()
    for kinds, column, empty in guide_rows():
        for kind in kinds if "oneof" not in kinds else [f"oneof {kinds[0]}"]:
            name = names[kind]
            values = {None: "null", True: "true", False: "false"}
            value = batch.column(name)[0].as_py()
            shown = values[value] if value is None or value is False else repr(value).replace("'", '"')
            assert (kind, str(batch.schema.field(name).type).replace(" not null", ""), shown) == (kind, column, empty)
            seen.add(kind)
    # What is made of others is in it once.
    assert set(names) - seen == {
        "repeated google.protobuf.Timestamp",
        "map<string, google.protobuf.Timestamp>",
        "oneof Part",
    }


def at(year: int) -> Any:
    """A time in a year."""
    moment = timestamp_pb2.Timestamp()
    moment.FromJsonString(f"{year:04}-12-31T00:00:00Z")
    return moment


@pytest.mark.parametrize("year", [1, 1676, 2263, 9999])
def test_times_beyond_nanoseconds_are_refused(year: int) -> None:
    """And not moved to the nearest that there is; wherever in a message they are."""
    for field, row in {
        "at": Row(at=at(year)),
        "times": Row(times=[at(2000), at(year)]),
        "part": Row(part=Part(made=at(year))),
        "parts": Row(parts=[Part(), Part(made=at(year))]),
        "named_times": Row(named_times={"a": at(year)}),
        "lasts": Row(lasts=duration_pb2.Duration(seconds=(year - 2000) * 36_500_000)),
    }.items():
        if field == "lasts" and abs(row.lasts.seconds) < 2**63 / 10**9:
            continue
        with Client(echo) as client, pytest.raises(GrpcError) as raised:
            client.call("Echo", [b"", row.SerializeToString(), b""])
        assert raised.value.message == (
            f"message 1 of the stream is not a valid columns.Row: {field} has a time that nanoseconds in 64 bits "
            "cannot hold (a timestamp: 1677 to 2262)"
        )
    assert GOT == []


def test_what_ptars_cannot_read(capfd: pytest.CaptureFixture[str]) -> None:
    """But protobuf can: of a map, an entry without its value, as prost writes an empty message."""
    entry = b"\xb2\x01\x03\x0a\x01a"
    messages = [Row(color=COLOR_RED).SerializeToString(), entry, b"", entry]
    with Client(echo) as client:
        answer = client.call("Echo", messages)
        with pytest.raises(GrpcError, match=r"message 2 of the stream is not a valid columns\.Row: "):
            client.call("Echo", [entry, b"", b"\x0a\xff"])
    assert GOT.pop().column("named_parts").to_pylist() == [[], [("a", {"name": "", "made": None})]] * 2
    assert answer.messages.num_rows == 4
    # Of ptars, which is caught.
    assert "panicked" in capfd.readouterr().err


def test_a_message_in_itself_is_bytes_in_a_request() -> None:
    """From the second time on."""
    tree = Tree(name="a", branches=[Tree(name="b", branches=[Tree(name="c")])])
    with Client(plant) as client:
        client.call("Plant", [tree.SerializeToString()])
    ((row,),) = (batch.to_pylist() for batch in GOT)
    assert row["name"] == "a"
    assert [Tree.FromString(branch) for branch in row["branches"]] == list(tree.branches)


def sent_as(columns: Any) -> list[Row]:
    """The rows that a client gets for the columns of a handler."""
    ANSWERS.append(columns)
    return echoed()


FITTING: list[tuple[dict[str, Any], list[Row]]] = [
    ({"string_field": pa.array(["a"], pa.large_string())}, [Row(string_field="a")]),
    ({"string_field": pa.array(["a"], pa.string_view())}, [Row(string_field="a")]),
    ({"string_field": pa.array(["a", None]).dictionary_encode()}, [Row(string_field="a"), Row()]),
    ({"int32_field": pa.array([7])}, [Row(int32_field=7)]),
    ({"uint64_field": pa.array([7])}, [Row(uint64_field=7)]),
    ({"float_field": pa.array([0.5])}, [Row(float_field=0.5)]),
    ({"optional_field": pa.array([None, 0])}, [Row(), Row(optional_field=0)]),
    ({"int64_field": pa.nulls(1)}, [Row()]),
    ({"numbers": pa.array([[1]], pa.large_list(pa.int32()))}, [Row(numbers=[1])]),
    ({"part": pa.array([{"name": "a"}, None])}, [Row(part=Part(name="a")), Row()]),
    ({"parts": pa.array([[{"name": "a"}]])}, [Row(parts=[Part(name="a")])]),
    ({"at": pa.array([1_500], pa.timestamp("ms"))}, [Row(at={"seconds": 1, "nanos": 500_000_000})]),
    ({"at": pa.array([253402300799], pa.timestamp("s"))}, [Row(at={"seconds": 253402300799})]),
    ({"at": pa.array([1], pa.date32())}, [Row(at={"seconds": 86_400})]),
    ({"bytes_field": pa.array(["a"]), "bool_field": pa.array([True])}, [Row(bytes_field=b"a", bool_field=True)]),
    ({}, []),
]


@pytest.mark.parametrize(
    ("column", "rows"),
    FITTING,
    ids=[", ".join(str(values.type) for values in column.values()) for column, _ in FITTING],
)
def test_columns_are_made_to_fit(column: dict[str, Any], rows: list[Row]) -> None:
    """Those of other libraries have other types of the same values; columns that lack are fields that are not set."""
    assert sent_as(pa.record_batch(column)) == rows


def twice(name: str) -> pa.RecordBatch:
    """Columns of the same name."""
    return pa.RecordBatch.from_arrays([pa.array([1]), pa.array([1])], [name, name])


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (
            pa.record_batch({"colour": [1]}),
            'columns.Row has no field "colour", which is a column: did you mean "color"?',
        ),
        (
            pa.record_batch({"zzz": [1]}),
            'columns.Row has no field "zzz", which is a column: it has int32_field, sint32',
        ),
        (twice("color"), 'there are several columns "color": columns.Row has one field of this name'),
        (
            pa.record_batch({"int32_field": [2**40]}),
            "the column of columns.Row.int32_field is int64, which cannot become int32: Integer value 1099511627776",
        ),
        (pa.record_batch({"numbers": ["a"]}), "the column of columns.Row.numbers is string, which cannot become list"),
        (
            pa.table({"color": [1]}),
            "returned a GrpcBidiStreamResponse whose messages are pyarrow.lib.Table, expected pyarrow.RecordBatch",
        ),
        (
            None,
            "returned pyarrow.RecordBatch, expected a response with it: return the response, not the columns",
        ),
        (
            [pa.record_batch({"color": [1]})],
            "returned a GrpcBidiStreamResponse whose messages are list, expected pyarrow.RecordBatch",
        ),
    ],
    ids=["misspelled", "unknown", "twice", "too large", "another type", "table", "no response", "list"],
)
def test_columns_that_cannot_be_sent(columns: Any, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """INTERNAL, and the log says why."""
    ANSWERS.append(columns)
    with Client(echo) as client, caplog.at_level(logging.ERROR), pytest.raises(GrpcError) as raised:
        client.call("Echo", [b""])
    assert raised.value.code.name == "INTERNAL"
    assert text in caplog.text
    assert "Traceback" not in caplog.text
