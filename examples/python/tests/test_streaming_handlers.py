import pytest
from typing import List
from spikard.grpc import GrpcClientStreamRequest, GrpcResponse
from batch_handler import handle_batch_create
import messageservice_pb2 as pb


@pytest.mark.asyncio
async def test_batch_create_success():
    """Test processing batch of items."""
    # Create multiple input messages
    items = [
        pb.Item(name='Item 1', value=100),
        pb.Item(name='Item 2', value=200),
        pb.Item(name='Item 3', value=300),
    ]

    messages = [item.SerializeToString() for item in items]

    # Create request
    request = GrpcClientStreamRequest(
        service_name='myservice.MyService',
        method_name='BatchCreate',
        metadata={'authorization': 'Bearer token'},
        messages=messages,
    )

    # Call handler
    response = await handle_batch_create(request)

    # Verify response
    result = pb.BatchCreateResponse()
    result.ParseFromString(response.payload)

    assert result.success_count == 3
    assert result.total_value == 600
    assert 'x-batch-id' in response.metadata
    assert response.metadata['x-count'] == '3'


@pytest.mark.asyncio
async def test_batch_create_missing_authorization():
    """Test batch create without authorization."""
    items = [pb.Item(name='Item 1', value=100)]
    messages = [item.SerializeToString() for item in items]

    request = GrpcClientStreamRequest(
        service_name='myservice.MyService',
        method_name='BatchCreate',
        metadata={},  # No authorization
        messages=messages,
    )

    # Should raise PermissionError
    with pytest.raises(PermissionError, match='Authentication required'):
        await handle_batch_create(request)


@pytest.mark.asyncio
async def test_batch_create_invalid_item():
    """Test batch create with invalid item (missing required fields)."""
    # Item with missing value
    items = [pb.Item(name='Item 1')]  # No value
    messages = [item.SerializeToString() for item in items]

    request = GrpcClientStreamRequest(
        service_name='myservice.MyService',
        method_name='BatchCreate',
        metadata={'authorization': 'Bearer token'},
        messages=messages,
    )

    # Should raise ValueError
    with pytest.raises(ValueError, match='must have name and value'):
        await handle_batch_create(request)


@pytest.mark.asyncio
async def test_batch_create_malformed_message():
    """Test batch create with malformed protobuf."""
    messages = [b'invalid protobuf data']

    request = GrpcClientStreamRequest(
        service_name='myservice.MyService',
        method_name='BatchCreate',
        metadata={'authorization': 'Bearer token'},
        messages=messages,
    )

    # Should raise ValueError for decode error
    with pytest.raises(ValueError, match='Failed to decode message'):
        await handle_batch_create(request)
