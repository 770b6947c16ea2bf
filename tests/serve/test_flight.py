"""A whole service with typed messages, called by the client of a library that knows nothing of it: Arrow Flight."""

import importlib
from collections.abc import Iterator
from typing import Any

import flights
import pytest

from spikard.grpc.testing import TestServer, serving

# pyarrow has no types.
pa: Any = importlib.import_module("pyarrow")
flight: Any = importlib.import_module("pyarrow.flight")
TABLE = pa.table({"name": ["tea", "jam", "tea"], "value": [3, 4, None]})
PATH = flight.FlightDescriptor.for_path("shop", "items")


@pytest.fixture
def served() -> Iterator[TestServer]:
    """No tables yet."""
    with serving(flights.Flights(), complete_services=True) as server:
        yield server


@pytest.fixture
def client(served: TestServer) -> Iterator[Any]:
    """pyarrow's."""
    with flight.connect(f"grpc://{served.address}") as client:
        yield client


def put(client: Any, table: Any = TABLE, rows: int = 1) -> list[bytes]:
    """Puts a table, so many rows a message, and returns what the server says to it."""
    writer, reader = client.do_put(PATH, table.schema)
    with writer:
        writer.write_table(table, max_chunksize=rows)
        writer.done_writing()
        said = reader.read()
        assert reader.read() is None
    return [said.to_pybytes()]


def test_a_table_that_is_put_can_be_found_and_got(client: Any) -> None:
    """Unary, server streaming, bidirectional; with the schema that the first message has."""
    assert list(client.list_flights()) == []
    assert put(client) == [b"kept"]
    assert client.get_schema(PATH).schema == TABLE.schema
    info = client.get_flight_info(PATH)
    assert (info.schema, info.descriptor, info.total_bytes > 0) == (TABLE.schema, PATH, True)
    assert [found.descriptor for found in client.list_flights(b"sho")] == [PATH]
    assert list(client.list_flights(b"other")) == []
    reader = client.do_get(info.endpoints[0].ticket)
    got = reader.read_all()
    assert got.equals(TABLE)
    assert [len(chunk) for chunk in got.column("name").chunks] == [1, 1, 1]


def test_a_table_of_many_messages(client: Any) -> None:
    """In order, with nothing lost."""
    table = pa.table({"number": pa.array(range(5000))})
    assert put(client, table) == [b"kept"]
    assert client.do_get(flight.Ticket(b"shop/items")).read_all().equals(table)


def test_a_stream_of_both_sides_at_once(client: Any) -> None:
    """Each batch is answered before the next is sent."""
    writer, reader = client.do_exchange(PATH)
    with writer:
        writer.begin(TABLE.schema)
        for index, batch in enumerate(TABLE.to_batches(max_chunksize=1)):
            writer.write_with_metadata(batch, f"batch {index}".encode())
            answered = reader.read_chunk()
            assert answered.data.equals(batch)
            assert answered.app_metadata.to_pybytes() == f"BATCH {index}".encode()
        writer.done_writing()
        with pytest.raises(StopIteration):
            reader.read_chunk()


def test_actions(client: Any) -> None:
    """What there is, and one of them."""
    assert [action.type for action in client.list_actions()] == ["drop"]
    put(client)
    (result,) = client.do_action(flight.Action("drop", b"shop/items"))
    assert result.body.to_pybytes() == b"4"  # the schema, and three batches
    with pytest.raises(NotImplementedError, match="there is no action dance"):
        list(client.do_action(flight.Action("dance", b"")))


class Password(flight.ClientAuthHandler):  # type: ignore[misc]
    """Says a password, and takes a token for it."""

    def __init__(self, password: bytes) -> None:
        super().__init__()
        self.password = password
        self.token = b""

    def authenticate(self, outgoing: Any, incoming: Any) -> None:
        outgoing.write(self.password)
        self.token = incoming.read()

    def get_token(self) -> bytes:
        return self.token


def test_a_handshake(client: Any) -> None:
    """The client waits for the answer while its stream is open."""
    password = Password(b"open sesame")
    client.authenticate(password)
    assert password.token == b"the token"
    with pytest.raises(flight.FlightUnauthorizedError, match="no such password"):
        client.authenticate(Password(b"guess"))


def test_what_is_not_there(client: Any) -> None:
    """A status of a handler, as the library shows it."""
    with pytest.raises(KeyError, match="there is no table shop/items"):
        client.get_flight_info(PATH)
    with pytest.raises(KeyError, match="there is no table nowhere"):
        client.do_get(flight.Ticket(b"nowhere")).read_all()


def test_a_table_that_is_too_long_is_not_kept_in_part() -> None:
    """The limit is named, and the handler has not run."""
    tables = flights.Flights()
    with (
        serving(tables, max_messages=3) as server,
        flight.connect(f"grpc://{server.address}") as client,
    ):
        with pytest.raises(pa.ArrowInvalid, match="more than max_messages = 3 messages"):
            put(client)
        assert list(client.list_flights()) == []
        assert put(client, rows=2) == [b"kept"]
