"""Handlers that answer with what they got."""

from __future__ import annotations

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcRequest,
    GrpcResponse,
)


async def stream(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    assert type(request) is GrpcBidiStreamRequest
    assert all(type(message) is bytes for message in request.messages)
    return GrpcBidiStreamResponse(messages=request.messages)


def stream_in_a_thread(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    return GrpcBidiStreamResponse(messages=request.messages)


async def unary(request: GrpcRequest) -> GrpcResponse:
    assert type(request) is GrpcRequest
    return GrpcResponse(payload=request.payload)


def unary_in_a_thread(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(payload=request.payload)


async def count(request: GrpcClientStreamRequest) -> GrpcResponse:
    assert type(request) is GrpcClientStreamRequest
    return GrpcResponse(payload=str(len(request.messages)).encode())
