"""Client streaming: many items in, one answer out. ``batch_handler`` does the same on bytes."""

import uuid
from datetime import datetime, timezone

from batch_handler import database_transaction
from messageservice_pb2 import DESCRIPTOR, BatchCreateResponse, Item
from spikard.grpc import GrpcClientStreamRequest, GrpcError, GrpcResponse, grpc_stream


@grpc_stream(service=DESCRIPTOR.services_by_name["MessageService"])
async def batch_create(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[BatchCreateResponse]:
    """Create all items, or none: every one has arrived and has been decoded when this runs."""
    # An empty token is no token.
    if not request.metadata.get("authorization"):
        raise PermissionError("Authentication required")

    items = request.messages
    wrong = {
        f"messages[{index}]": "must have name and value"
        for index, item in enumerate(items)
        if not item.name or not item.value
    }
    if wrong:
        raise GrpcError.invalid(wrong)

    try:
        async with database_transaction() as tx:
            for item in items:
                await tx.items.create(name=item.name, value=item.value)
    except Exception as err:
        raise RuntimeError(f"Transaction failed: {err}") from err

    created = BatchCreateResponse(
        success_count=len(items),
        total_value=sum(item.value for item in items),
        batch_id=str(uuid.uuid4()),
        timestamp=datetime.now(timezone.utc).replace(tzinfo=None).isoformat(),
    )
    return GrpcResponse(created, metadata={"x-batch-id": created.batch_id, "x-count": str(created.success_count)})
