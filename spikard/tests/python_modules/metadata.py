"""Handlers about metadata."""

from __future__ import annotations

from typing import Any

from spikard.grpc import GrpcRequest, GrpcResponse, Metadata


async def described(request: GrpcRequest) -> GrpcResponse:
    """What was received, as Python sees it."""
    assert type(request.metadata) is Metadata
    return GrpcResponse(payload=repr(sorted(request.metadata.pairs(), key=lambda pair: pair[0])).encode())


async def echoed(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(metadata=request.metadata, trailers=request.metadata)


async def names(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(payload=f"{request.service_name}/{request.method_name} {request.call}".encode())


async def plain_dict(request: GrpcRequest) -> GrpcResponse:
    """A plain dict that was put in the place of Metadata is taken too."""
    response: Any = GrpcResponse()
    response.metadata = {"X-Tag": "a"}
    response.trailers = [("x-tag", "b"), ("x-tag", "c")]
    return response
