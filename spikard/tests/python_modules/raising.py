"""Handlers that raise what the payload says, and then some."""

from __future__ import annotations

import asyncio
import builtins
import logging

from spikard.grpc import GrpcError, GrpcRequest, GrpcResponse, StatusCode, register_exception

# What is raised here on purpose is not to be read in the output of the tests.
logging.getLogger("spikard").addHandler(logging.NullHandler())


class OutOfStock(LookupError):
    """Has a row of its own."""


class Sold(OutOfStock):
    """Has its parent's row."""


class Secret(Exception):
    """Has no row, but its parent's parent has none either."""


class Unprintable(ValueError):
    def __str__(self) -> str:
        raise RuntimeError("no text")


register_exception(OutOfStock, StatusCode.NOT_FOUND)
register_exception(ConnectionError, StatusCode.UNAVAILABLE, send_text=False)


def raise_by_name(name: str) -> None:
    if name == "UnicodeDecodeError":
        b"\xff".decode()
    if name == "CancelledError":
        raise asyncio.CancelledError
    kind = globals().get(name) or getattr(builtins, name)
    raise kind(f"the text of {name}")


async def on_loop(request: GrpcRequest) -> GrpcResponse:
    raise_by_name(request.payload.decode())
    return GrpcResponse()


def in_thread(request: GrpcRequest) -> GrpcResponse:
    raise_by_name(request.payload.decode())
    return GrpcResponse()


async def grpc_error(request: GrpcRequest) -> GrpcResponse:
    raise GrpcError(
        StatusCode.FAILED_PRECONDITION,
        "grüße: 100 %",
        details=b"\x08\x09\x12\x02no",
        metadata=[("x-tag", "a"), ("x-tag", "b"), ("x-raw-bin", b"\x00\xff")],
    )


async def from_a_spawned_task(request: GrpcRequest) -> GrpcResponse:
    """The spawned task ends the loop's run, which is entered again."""

    async def leave() -> None:
        raise_by_name(request.payload.decode())

    task = asyncio.get_running_loop().create_task(leave())
    await asyncio.wait([task])
    return GrpcResponse(payload=type(task.exception()).__name__.encode())


async def spoilt_error(request: GrpcRequest) -> GrpcResponse:
    """A status whose metadata no header can hold."""
    raise GrpcError(StatusCode.ABORTED, "text", metadata={"x name": "value"})


class Unfit(ValueError):
    """An exception whose parts raise when they are touched."""

    def __str__(self) -> str:
        raise SystemExit(3)


async def unfit(request: GrpcRequest) -> GrpcResponse:
    raise Unfit


class Bare(GrpcError):
    """A subclass that does not call the `__init__` that sets the code."""

    def __init__(self, what: str) -> None:
        Exception.__init__(self, what)


class Emptied(GrpcError):
    """A subclass that spoils its metadata."""

    def __init__(self, what: str) -> None:
        super().__init__(StatusCode.NOT_FOUND, what)
        self.metadata = None  # type: ignore[assignment]


class Textless(GrpcError):
    """A subclass whose text is none."""

    def __init__(self, what: str) -> None:
        super().__init__(StatusCode.NOT_FOUND, what)
        self.message = len(what)  # type: ignore[assignment]
