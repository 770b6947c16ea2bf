"""`connectrpc.conformance.v1.ConformanceService`, as a user would write it: what ../src/service.rs does in Rust."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from connectrpc.conformance.v1.service_pb2 import (
    DESCRIPTOR,
    BidiStreamRequest,
    BidiStreamResponse,
    ClientStreamRequest,
    ClientStreamResponse,
    ConformancePayload,
    Error,
    Header,
    ServerStreamRequest,
    ServerStreamResponse,
    UnaryRequest,
    UnaryResponse,
)
from google.protobuf.any_pb2 import Any as Packed
from google.rpc.status_pb2 import Status

from spikard.grpc import (
    Call,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    Metadata,
    grpc_stream,
)

SERVICE = DESCRIPTOR.services_by_name["ConformanceService"]


@grpc_stream(service=SERVICE)
async def unary(request: GrpcRequest[UnaryRequest]) -> GrpcResponse[UnaryResponse]:
    """Answer with a message or an error, as the message asks for."""
    asked = request.payload
    return await answer(request, asked.response_definition, [asked], UnaryResponse)


@grpc_stream(service=SERVICE)
async def client_stream(request: GrpcClientStreamRequest[ClientStreamRequest]) -> GrpcResponse[ClientStreamResponse]:
    """Answer as the first message asks for."""
    asked = request.messages
    definition = (asked[0] if asked else ClientStreamRequest()).response_definition
    return await answer(request, definition, asked, ClientStreamResponse)


@grpc_stream(service=SERVICE)
async def server_stream(request: GrpcRequest[ServerStreamRequest]) -> GrpcDuplexResponse[ServerStreamResponse]:
    """Answer with as many messages as are asked for, and an error at the end."""
    definition = request.payload.response_definition

    async def answers() -> AsyncIterator[ServerStreamResponse]:
        seen = info(request.metadata, request.call, [request.payload])
        first = True
        for data in definition.response_data:
            await pause(definition)
            payload = ConformancePayload(data=data, request_info=seen if first else None)
            yield ServerStreamResponse(payload=payload)
            first = False
        if definition.HasField("error"):
            raise error(definition.error, [seen] if first else [])

    return GrpcDuplexResponse(
        answers(), metadata=metadata(definition.response_headers), trailers=metadata(definition.response_trailers)
    )


@grpc_stream(service=SERVICE)
async def bidi_stream(request: GrpcDuplexRequest[BidiStreamRequest]) -> GrpcDuplexResponse[BidiStreamResponse]:
    """Answer each message, or all of them when the client has half-closed."""
    received = request.messages
    asked = await anext(received, BidiStreamRequest())
    definition = asked.response_definition

    async def answers() -> AsyncIterator[BidiStreamResponse]:
        new, full_duplex, begun = [asked], asked.full_duplex, False
        if not full_duplex:
            new += [message async for message in received]
        for data in definition.response_data:
            payload = ConformancePayload(data=data)
            if not begun:
                payload.request_info.CopyFrom(info(request.metadata, request.call, new))
            elif full_duplex:
                payload.request_info.requests.extend(map(packed, new))
            await pause(definition)
            yield BidiStreamResponse(payload=payload)
            begun = True
            if full_duplex:
                new = [message] if (message := await anext(received, None)) else []
                full_duplex = bool(new)
        if definition.HasField("error"):
            raise error(definition.error, [] if begun else [info(request.metadata, request.call, new)])

    return GrpcDuplexResponse(
        answers(), metadata=metadata(definition.response_headers), trailers=metadata(definition.response_trailers)
    )


async def answer(
    request: GrpcRequest[Any] | GrpcClientStreamRequest[Any],
    definition: Any,
    asked: Iterable[Any],
    response: Callable[..., Any],
) -> GrpcResponse[Any]:
    """Answer with one message, or with an error that has the metadata of both ends: it is sent without a response."""
    seen = info(request.metadata, request.call, asked)
    await pause(definition)
    headers, trailers = metadata(definition.response_headers), metadata(definition.response_trailers)
    if definition.HasField("error"):
        raise error(definition.error, [seen], [*headers.pairs(), *trailers.pairs()])
    payload = ConformancePayload(data=definition.response_data, request_info=seen)
    return GrpcResponse(response(payload=payload), metadata=headers, trailers=trailers)


def error(asked: Error, details: Iterable[Any], pairs: Iterable[tuple[str, Any]] = ()) -> GrpcError:
    """The error that is asked for."""
    status = Status(code=asked.code, message=asked.message)
    status.details.extend([*asked.details, *map(packed, details)])
    return GrpcError(asked.code, asked.message, details=status, metadata=Metadata(pairs))


def info(received: Metadata, call: Call, requests: Iterable[Any]) -> Any:
    """What is known of a request."""
    seen = ConformancePayload.RequestInfo(requests=map(packed, requests))
    for name in received:
        values = (base64.b64encode(one).decode() if isinstance(one, bytes) else one for one in received.get_all(name))
        seen.request_headers.append(Header(name=name, value=values))
    if (remaining := call.time_remaining()) is not None:
        seen.timeout_ms = int(remaining * 1000)
    return seen


def metadata(asked: Iterable[Header]) -> Metadata:
    """The metadata that is asked for; the values of binary keys come in base64."""
    sent = Metadata()
    for header in asked:
        for value in header.value:
            is_binary = header.name.endswith("-bin")
            sent.add(header.name, base64.b64decode(value + "==") if is_binary else value)
    return sent


def packed(message: Any) -> Packed:
    """A message in an ``Any``."""
    whole = Packed()
    whole.Pack(message)
    return whole


async def pause(definition: Any) -> None:
    """Wait as long as is asked for."""
    if definition.response_delay_ms:
        await asyncio.sleep(definition.response_delay_ms / 1000)
