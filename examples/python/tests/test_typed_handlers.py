"""The tests of the handlers for those that take and give messages.

A test builds the request of messages, and has messages in the response. A message that is malformed never reaches such
a handler: a client sees the refusal.
"""

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from messageservice_pb2 import BatchCreateResponse, Item
from recordservice_pb2 import Record
from spikard.grpc import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcError, StatusCode
from spikard.grpc.testing import Client, TestServer
from transformservice_pb2 import Document
from typed_batch_handler import batch_create
from typed_filter_handler import filter_stream
from typed_transform_handler import transform_stream

TOKEN = {"authorization": "Bearer token"}


@pytest.fixture
def client() -> Iterator[Client]:
    """All three handlers."""
    with Client("typed_batch_handler", "typed_transform_handler", "typed_filter_handler") as client:
        yield client


@pytest.mark.asyncio
async def test_batch_create_success() -> None:
    """A batch of items."""
    items = [Item(name=f"Item {number}", value=number * 100) for number in (1, 2, 3)]
    response = await batch_create(GrpcClientStreamRequest(items, metadata=TOKEN))
    assert response.payload.success_count == 3
    assert response.payload.total_value == 600
    assert response.metadata["x-count"] == "3"
    assert response.metadata["x-batch-id"] == response.payload.batch_id


@pytest.mark.asyncio
async def test_batch_create_missing_authorization() -> None:
    """Without a token."""
    with pytest.raises(PermissionError, match="Authentication required"):
        await batch_create(GrpcClientStreamRequest([Item(name="Item 1", value=100)]))


@pytest.mark.asyncio
async def test_batch_create_invalid_items() -> None:
    """Each that lacks something is named."""
    items = [Item(name="Item 1", value=100), Item(name="Item 2"), Item(value=300)]
    with pytest.raises(GrpcError) as raised:
        await batch_create(GrpcClientStreamRequest(items, metadata=TOKEN))
    assert raised.value.code is StatusCode.INVALID_ARGUMENT
    assert raised.value.message == "messages[1]: must have name and value; messages[2]: must have name and value"


@pytest.mark.asyncio
async def test_transform_stream_success() -> None:
    """One result for each document."""
    documents = [Document(id=1, content="hello world"), Document(id=2, content="goodbye world")]
    response = await transform_stream(GrpcBidiStreamRequest(documents))
    assert response.metadata["x-processed-count"] == "2"
    assert [(result.original_id, result.transformed_content, result.status) for result in response.messages] == [
        (1, "HELLO WORLD", "SUCCESS"),
        (2, "GOODBYE WORLD", "SUCCESS"),
    ]
    assert response.messages[0].metadata["original_size"] == "11"


@pytest.mark.asyncio
async def test_transform_stream_partial_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that fails does not fail the others."""

    async def failing(document: Document) -> None:
        raise OSError(f"document {document.id} cannot be transformed")

    monkeypatch.setattr("typed_transform_handler.transform_document", failing)
    response = await transform_stream(GrpcBidiStreamRequest([Document(id=1), Document(id=2)]))
    assert [(result.status, result.error_message) for result in response.messages] == [
        ("ERROR", "document 1 cannot be transformed"),
        ("ERROR", "document 2 cannot be transformed"),
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("metadata", "kept"),
    [
        ({"x-filter-type": "high-value", "x-min-value": "100"}, [150, 250]),
        ({"x-filter-type": "all"}, [50, 150, 250]),
        ({}, [50, 150, 250]),
        ({"x-filter-type": "none"}, []),
    ],
)
async def test_filter_stream(metadata: dict[str, str], kept: list[int]) -> None:
    """The metadata chooses what is kept."""
    records = [Record(id=value, value=value) for value in (50, 150, 250)]
    response = await filter_stream(GrpcBidiStreamRequest(records, metadata=metadata))
    assert [record.original_value for record in response.messages] == kept
    assert response.metadata["x-input-count"] == "3"
    assert response.metadata["x-output-count"] == str(len(kept))
    assert response.metadata["x-filtered-count"] == str(3 - len(kept))


@pytest.mark.asyncio
async def test_filter_stream_minimum_that_is_no_number() -> None:
    """It is named."""
    with pytest.raises(ValueError, match="x-min-value must be a whole number, not: many"):
        await filter_stream(GrpcBidiStreamRequest([], metadata={"x-min-value": "many"}))


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        (batch_create, "messageservice.Item"),
        (transform_stream, "transformservice.Document"),
        (filter_stream, "recordservice.Record"),
    ],
)
def test_malformed_message(client: Client, handler: Any, name: str) -> None:
    """A client is told which message it was; no handler runs, so not even the token is missed."""
    with pytest.raises(GrpcError, match=rf"message 1 of the stream is not a valid {name}: ") as raised:
        client.call(handler, [b"", b"invalid protobuf data"])
    assert raised.value.code is StatusCode.INVALID_ARGUMENT


def test_batch_create_through_the_client(client: Client) -> None:
    """With limits, metadata and statuses, but without a socket."""
    response = client.call(batch_create, [Item(name="Item 1", value=100)], metadata=TOKEN)
    assert response.payload.total_value == 100
    assert response.metadata["x-batch-id"] == response.payload.batch_id
    with pytest.raises(MemoryError, match="max_messages = 10000"):
        client.call(batch_create, [Item(name="Item", value=1)] * 10_001, metadata=TOKEN)


def test_batch_create_on_the_wire(spikard_server: Callable[..., TestServer]) -> None:
    """A client of others sends messages, and gets one."""
    server = spikard_server("typed_batch_handler")
    with grpc.insecure_channel(server.address) as channel:
        call: Any = channel.stream_unary(
            "/messageservice.MessageService/BatchCreate", Item.SerializeToString, BatchCreateResponse.FromString
        )
        items = [Item(name="Item 1", value=100), Item(name="Item 2", value=200)]
        created = call(iter(items), metadata=tuple(TOKEN.items()), timeout=30)
    assert (created.success_count, created.total_value) == (2, 300)
