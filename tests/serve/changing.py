"""A module that tests write and change, which a server loads anew."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from answering import OWN_CONNECTION
from gate import Gate
from processes import WAIT, Served, serving
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


@dataclass
class Waiting:
    """A server of the module whose first answer is ``one``, and a call in flight."""

    served: Served
    module: Path
    call: Any
    arrived: socket
    """Closed, it lets the call finish."""


@contextmanager
def waiting(folder: Path, *options: str, workers: int = 1) -> Generator[Waiting]:
    """Serve the module, and begin a call that waits."""
    module = folder / "changing.py"
    write(module, "one")
    env = {**NOT_COMPILED, "GATE": str(folder / "gate")}
    with (
        Gate(folder / "gate") as gate,
        serving("changing", *options, cwd=folder, env=env, workers=workers) as served,
        grpc.insecure_channel(served.address) as channel,
    ):
        call = channel.unary_unary("/changing.Changing/Wait").future(b"", timeout=WAIT)
        with gate.arrival() as arrived:
            yield Waiting(served, module, call, arrived)
