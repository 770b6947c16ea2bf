import pytest
from typing import List
from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse
from transform_handler import handle_transform_stream
import transformservice_pb2 as pb


@pytest.mark.asyncio
async def test_transform_stream_success():
    """Test transforming multiple documents."""
    # Create input messages
    documents = [
        pb.Document(id=1, content='hello world'),
        pb.Document(id=2, content='goodbye world'),
    ]

    messages = [doc.SerializeToString() for doc in documents]

    # Create request
    request = GrpcBidiStreamRequest(
        service_name='myservice.MyService',
        method_name='TransformStream',
        metadata={},
        messages=messages,
    )

    # Call handler
    response = await handle_transform_stream(request)

    # Verify multiple response messages
    assert len(response.messages) == 2
    assert 'x-processed-count' in response.metadata
    assert response.metadata['x-processed-count'] == '2'

    # Verify each response
    for msg in response.messages:
        result = pb.TransformResult()
        result.ParseFromString(msg)
        assert result.status == 'SUCCESS'
        assert result.transformed_content  # Should have transformed content
        assert 'HELLO' in result.transformed_content or 'GOODBYE' in result.transformed_content


@pytest.mark.asyncio
async def test_transform_stream_partial_failure():
    """Test transform stream with some valid and some invalid documents."""
    documents = [
        pb.Document(id=1, content='valid content'),
        pb.Document(id=2, content='another valid'),
    ]

    messages = [doc.SerializeToString() for doc in documents]

    request = GrpcBidiStreamRequest(
        service_name='myservice.MyService',
        method_name='TransformStream',
        metadata={},
        messages=messages,
    )

    response = await handle_transform_stream(request)

    # All documents should get responses (some may be errors)
    assert len(response.messages) == 2

    # Check that we get both SUCCESS and possibly ERROR responses
    statuses = []
    for msg in response.messages:
        result = pb.TransformResult()
        result.ParseFromString(msg)
        statuses.append(result.status)

    assert 'SUCCESS' in statuses or 'ERROR' in statuses


@pytest.mark.asyncio
async def test_filter_stream_high_value():
    """Test filtering records by minimum value."""
    from filter_handler import handle_filter_stream

    records = [
        pb.Record(id=1, value=50),
        pb.Record(id=2, value=150),
        pb.Record(id=3, value=250),
    ]

    messages = [rec.SerializeToString() for rec in records]

    request = GrpcBidiStreamRequest(
        service_name='myservice.MyService',
        method_name='FilterStream',
        metadata={
            'x-filter-type': 'high-value',
            'x-min-value': '100',
        },
        messages=messages,
    )

    response = await handle_filter_stream(request)

    # Only records with value >= 100 should be returned
    assert len(response.messages) == 2
    assert response.metadata['x-output-count'] == '2'
    assert response.metadata['x-filtered-count'] == '1'

    # Verify output values
    for msg in response.messages:
        result = pb.ProcessedRecord()
        result.ParseFromString(msg)
        assert result.original_value >= 100


@pytest.mark.asyncio
async def test_filter_stream_all_records():
    """Test returning all records without filtering."""
    from filter_handler import handle_filter_stream

    records = [
        pb.Record(id=1, value=50),
        pb.Record(id=2, value=75),
        pb.Record(id=3, value=150),
    ]

    messages = [rec.SerializeToString() for rec in records]

    request = GrpcBidiStreamRequest(
        service_name='myservice.MyService',
        method_name='FilterStream',
        metadata={'x-filter-type': 'all'},
        messages=messages,
    )

    response = await handle_filter_stream(request)

    # All records should be returned
    assert len(response.messages) == 3
    assert response.metadata['x-output-count'] == '3'
    assert response.metadata['x-filtered-count'] == '0'


@pytest.mark.asyncio
async def test_filter_stream_malformed_input():
    """Test filter stream with malformed protobuf."""
    from filter_handler import handle_filter_stream

    messages = [b'invalid protobuf']

    request = GrpcBidiStreamRequest(
        service_name='myservice.MyService',
        method_name='FilterStream',
        metadata={'x-filter-type': 'all'},
        messages=messages,
    )

    # Should raise ValueError
    with pytest.raises(ValueError, match='Failed to decode'):
        await handle_filter_stream(request)
