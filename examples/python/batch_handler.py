"""Client streaming: many items in, one answer out."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timezone

import messageservice_pb2
from spikard.grpc import GrpcClientStreamRequest, GrpcResponse, grpc_stream


@grpc_stream(service="messageservice.MessageService", method="BatchCreate")
async def handle_batch_create(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Create all items, or none.

    Pattern: collect all input messages, process them together, return one aggregate.
    """
    # An empty token is no token.
    if not request.metadata.get("authorization"):
        raise PermissionError("Authentication required")

    # Step 1: deserialize all input messages.
    items = []
    for i, message in enumerate(request.messages):
        item = messageservice_pb2.Item()
        try:
            item.ParseFromString(message)
        except Exception as err:
            raise ValueError(f"Failed to decode message {i}: {err}") from err
        items.append(item)

    # Validate all items before the first one is processed.
    for item in items:
        if not item.name or not item.value:
            raise ValueError("Each item must have name and value")

    # Step 2: process all items atomically.
    success_count = 0
    total_value = 0
    try:
        async with database_transaction() as tx:
            for item in items:
                await tx.items.create(name=item.name, value=item.value)
                success_count += 1
                total_value += item.value
    except Exception as err:
        raise RuntimeError(f"Transaction failed: {err}") from err

    # Step 3: build the aggregate response.
    response = messageservice_pb2.BatchCreateResponse()
    response.success_count = success_count
    response.total_value = total_value
    response.batch_id = str(uuid.uuid4())
    response.timestamp = datetime.now(timezone.utc).replace(tzinfo=None).isoformat()

    # Step 4: serialize and return.
    return GrpcResponse(
        payload=response.SerializeToString(),
        metadata={
            "x-batch-id": response.batch_id,
            "x-count": str(success_count),
        },
    )


class Items:
    """The table of items: a stand-in for a real one."""

    async def create(self, name: str, value: int) -> None:
        """Insert one item."""


class Transaction:
    """A database transaction: a stand-in for a real one."""

    def __init__(self) -> None:
        self.items = Items()


@asynccontextmanager
async def database_transaction() -> AsyncGenerator[Transaction]:
    """Begin a transaction; commit at the end of the block, or roll back where it raises."""
    yield Transaction()
