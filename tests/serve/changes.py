"""A module that a test changes while it is served."""

CHANGING = """
import asyncio, os
from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

@grpc_stream(service="changing.Changing")
async def answer(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(b"{answer}")

@grpc_stream(service="changing.Changing")
async def wait(request: GrpcRequest) -> GrpcResponse:
    reader, writer = await asyncio.open_unix_connection(os.environ["GATE"])
    await reader.read()
    writer.close()
    return GrpcResponse(b"{answer}")
"""
"""Its source; one change differs from another by the answer."""

NOT_COMPILED = {"PYTHONDONTWRITEBYTECODE": "1"}
"""The environment to serve it in: compiled files tell changes apart by the second, and these come faster."""
