"""A module that tests write and change, which a server loads anew."""

import time
from pathlib import Path

from answering import OWN_CONNECTION
from processes import WAIT, Served
from wire import grpc

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
# Compiled files tell changes apart by the second, and these come faster.
NOT_COMPILED = {"PYTHONDONTWRITEBYTECODE": "1"}


def write(module: Path, answer: str, source: str = CHANGING) -> None:
    """Change a module at once, which is one change to who watches it."""
    new = module.with_suffix(".new")
    new.write_text(source.replace("{answer}", answer))
    new.replace(module)


def answer_of(served: Served, expected: bytes) -> None:
    """Wait until the handler answers so. A reload may end a connection under a call that has just begun."""
    deadline = time.monotonic() + WAIT
    answer = b""
    with grpc.insecure_channel(served.address, OWN_CONNECTION) as channel:
        call = channel.unary_unary("/changing.Changing/Answer")
        while answer != expected:
            assert time.monotonic() < deadline
            try:
                answer = call(b"", timeout=WAIT, wait_for_ready=True)
            except grpc.RpcError as error:
                # Sent after the GOAWAY of a reload; this client does not retry.
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
            time.sleep(0.01)
