"""The tests of the handlers once more, through everything that a call takes but the socket.

Called as functions (test_streaming_handlers.py), handlers raise their exceptions and know no limits. Here a test
sees what a client would: statuses, limits, metadata.
"""

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import messageservice_pb2
import pytest
import recordservice_pb2
import transformservice_pb2
from batch_handler import handle_batch_create
from filter_handler import handle_filter_stream
from spikard.grpc import GrpcError, StatusCode
from spikard.grpc.testing import AsyncClient, Client, TestServer
from transform_handler import handle_transform_stream

TOKEN = {"authorization": "Bearer token"}


@pytest.fixture
def client() -> Iterator[Client]:
    """All three handlers, for tests that are not async."""
    with Client("batch_handler", "transform_handler", "filter_handler") as client:
        yield client


def items(*values: int) -> list[bytes]:
    """Encode an item for each value."""
    return [messageservice_pb2.Item(name=f"Item {value}", value=value).SerializeToString() for value in values]


def records(*values: int) -> list[bytes]:
    """Encode a record for each value."""
    return [recordservice_pb2.Record(id=value, value=value).SerializeToString() for value in values]


def test_batch_create_success(client: Client) -> None:
    """A batch of items."""
    response = client.call(handle_batch_create, items(100, 200, 300), metadata=TOKEN)
    result = messageservice_pb2.BatchCreateResponse.FromString(bytes(response.payload))
    assert result.success_count == 3
    assert result.total_value == 600
    assert response.metadata["x-count"] == "3"
    assert response.metadata["x-batch-id"] == result.batch_id


@pytest.mark.parametrize(
    ("messages", "metadata", "code", "text"),
    [
        (items(100), {}, StatusCode.PERMISSION_DENIED, "Authentication required"),
        (items(0), TOKEN, StatusCode.INVALID_ARGUMENT, "must have name and value"),
        ([b"invalid protobuf data"], TOKEN, StatusCode.INVALID_ARGUMENT, "Failed to decode message 0"),
    ],
)
def test_batch_create_refuses(
    client: Client, messages: list[bytes], metadata: dict[str, str], code: StatusCode, text: str
) -> None:
    """What the handler raises is a status for the client."""
    with pytest.raises(GrpcError, match=text) as raised:
        client.call(handle_batch_create, messages, metadata=metadata)
    assert raised.value.code is code


def test_batch_create_too_many_items(client: Client) -> None:
    """A stream over the limit is a `MemoryError`, and the handler does not run."""
    with pytest.raises(MemoryError, match="max_messages = 10000"):
        client.call(handle_batch_create, items(1) * 10_001, metadata=TOKEN)


@pytest.mark.asyncio
async def test_transform_stream_success() -> None:
    """An async test calls on its own event loop."""
    documents = [
        transformservice_pb2.Document(id=1, content="hello world").SerializeToString(),
        transformservice_pb2.Document(id=2, content="goodbye world").SerializeToString(),
    ]
    async with AsyncClient(handle_transform_stream) as client:
        response = await client.call(handle_transform_stream, documents)
    results = [transformservice_pb2.TransformResult.FromString(message) for message in response.messages]
    assert [result.transformed_content for result in results] == ["HELLO WORLD", "GOODBYE WORLD"]
    assert response.metadata["x-processed-count"] == "2"


def test_filter_stream_high_value(client: Client) -> None:
    """Metadata chooses what is kept."""
    criteria = {"x-filter-type": "high-value", "x-min-value": "100"}
    response = client.call(handle_filter_stream, records(50, 150, 250), metadata=criteria)
    kept = [recordservice_pb2.ProcessedRecord.FromString(message).original_value for message in response.messages]
    assert kept == [150, 250]
    assert response.metadata["x-output-count"] == "2"


def test_filter_stream_malformed_input(client: Client) -> None:
    """A message that is no record."""
    with pytest.raises(GrpcError, match="Failed to decode message 0"):
        client.call(handle_filter_stream, [b"invalid protobuf"])


def test_filter_stream_on_the_wire(spikard_server: Callable[..., TestServer]) -> None:
    """The fixture of spikard's pytest plugin starts a real server on a free port."""
    server = spikard_server("filter_handler", max_messages=3)
    with grpc.insecure_channel(server.address) as channel:
        call: Any = channel.stream_stream("/recordservice.RecordService/FilterStream", None, None)
        assert len(list(call(iter(records(50, 150))))) == 2
        with pytest.raises(grpc.RpcError) as raised:
            list(call(iter(records(1, 2, 3, 4))))
        assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
