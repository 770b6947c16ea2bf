"""Handlers that send more beside messages than a client takes."""

import threading
from collections import Counter
from collections.abc import AsyncIterator

from google.rpc import error_details_pb2, status_pb2  # pyright: ignore[reportMissingTypeStubs]

from spikard.grpc import (
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    StatusCode,
    grpc_stream,
)

SERVICE = "sent.Sent"
LARGE = 20_000
KEYS = 30_000


def _rich(text: str, reason: str) -> GrpcError:
    details = status_pb2.Status(code=StatusCode.NOT_FOUND, message=text)
    details.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason))
    return GrpcError(StatusCode.NOT_FOUND, text, details=details, metadata={"x-kept": "yes"})


def error(part: str) -> Exception:
    """An exception, by the part of it that is too large or cannot be sent."""
    if part == "text":
        return ValueError("ä" * LARGE)
    if part == "rich text":
        return _rich("no such record " * 1000, "GONE")
    if part == "details":
        return _rich("no such record", "a" * LARGE)
    if part == "invalid":
        invalid = {"x-name": "Jürgen", "bad key": "1", "x-kept": "yes"}
        return GrpcError(StatusCode.NOT_FOUND, "no such record", metadata=invalid)
    metadata = {"x-large": "v" * LARGE, "x-kept": "yes"}
    if part == "keys":
        metadata = {f"x-{number}": "" for number in range(KEYS)}
    if part == "reserved":
        metadata = {"grpc-status": "0", "x-kept": "yes"}
    return GrpcError(StatusCode.NOT_FOUND, "no such record", metadata=metadata)


@grpc_stream(service=SERVICE)
async def fail(request: GrpcRequest) -> GrpcResponse:
    """Fail on the loop."""
    raise error(request.payload.decode())


@grpc_stream(service=SERVICE)
def fail_in_thread(request: GrpcRequest) -> GrpcResponse:
    """Fail in a thread."""
    raise error(request.payload.decode())


@grpc_stream(service=SERVICE)
async def fail_late(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Fail after a message."""
    yield b"one"
    raise error(request.payload.decode())


@grpc_stream(service=SERVICE)
async def fail_in_duplex(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    """Fail while the client may still send."""
    request.call.set_trailers({"x-large": "v" * LARGE, "x-tail": "yes"})
    async for message in request.messages:
        yield b"one"
        raise error(message.decode())


@grpc_stream(service=SERVICE)
async def answer(request: GrpcRequest) -> GrpcResponse:
    """Succeed, with more metadata than fits, where the message says."""
    large = {"x-large": "v" * LARGE}
    if request.payload == b"keys":
        return GrpcResponse(metadata={f"x-{number}": "" for number in range(KEYS)})
    if request.payload == b"trailers":
        return GrpcResponse(trailers=large)
    return GrpcResponse(metadata=large)


@grpc_stream(service=SERVICE)
async def answer_late(request: GrpcRequest) -> AsyncIterator[bytes]:
    """Succeed, with trailers that do not fit."""
    yield b"one"
    request.call.set_trailers({"x-large": "v" * LARGE})


@grpc_stream(service=SERVICE)
async def spaces(request: GrpcRequest) -> GrpcResponse:
    """Send values with white space at their ends."""
    return GrpcResponse(metadata={"x-user": " ann ", "x-raw-bin": b" \x00 "}, trailers={"x-end": "z "})


OPEN = threading.Event()
ENTERED = threading.Semaphore(0)


@grpc_stream(service=SERVICE)
def hold(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Keep the messages until the test lets go."""
    ENTERED.release()
    OPEN.wait()
    return GrpcResponse(str(len(request.messages)).encode())


@grpc_stream(service=SERVICE)
async def count(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Answer with the number of messages."""
    return GrpcResponse(str(len(request.messages)).encode())


@grpc_stream(service=SERVICE, accept_compression=True)
async def compressed(request: GrpcClientStreamRequest) -> GrpcResponse:
    """Answer with the number of messages, which may be compressed whatever the server says."""
    return GrpcResponse(str(len(request.messages)).encode())


def flaky(refuse_retried_uploads: bool | None) -> object:
    """Handlers that fail so that a client with a retry policy tries again."""
    attempts: Counter[str] = Counter()

    def fail(kind: str) -> GrpcError:
        attempts[kind] += 1
        return GrpcError(StatusCode.UNAVAILABLE, f"attempt {attempts[kind]}")

    class Flaky:
        @grpc_stream(service=SERVICE, refuse_retried_uploads=refuse_retried_uploads)  # type: ignore[arg-type]
        async def upload(self, request: GrpcClientStreamRequest) -> GrpcResponse:
            raise fail("upload")

        @grpc_stream(service=SERVICE, refuse_retried_uploads=refuse_retried_uploads)  # type: ignore[arg-type]
        async def unary(self, request: GrpcRequest) -> GrpcResponse:
            raise fail("unary")

    return Flaky()
