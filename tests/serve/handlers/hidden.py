"""Handlers that are declared, and that something keeps from being served."""

from collections.abc import Callable
from typing import Any

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

SERVICE = "hidden.Hidden"


def timed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Forget `functools.wraps`."""

    async def wrapper(*arguments: Any) -> Any:
        return await function(*arguments)

    return wrapper


@grpc_stream(service=SERVICE)
async def put(request: GrpcRequest) -> GrpcResponse:
    """The one that is served."""
    return GrpcResponse()


@timed
@grpc_stream(service=SERVICE)
async def get(request: GrpcRequest) -> GrpcResponse:
    """Behind a decorator."""
    return GrpcResponse()


@grpc_stream(service=SERVICE, method="First")
async def twice(request: GrpcRequest) -> GrpcResponse:  # pyright: ignore
    """Its name is taken by the next one."""
    return GrpcResponse()


@grpc_stream(service=SERVICE, method="Second")  # type: ignore[no-redef]
async def twice(request: GrpcRequest) -> GrpcResponse:  # noqa: F811
    """Served."""
    return GrpcResponse()


class Waiting:
    """Has no instance that is a name of the module."""

    @grpc_stream(service=SERVICE)
    async def wait(self, request: GrpcRequest) -> GrpcResponse:
        """Not served."""
        return GrpcResponse()


INSTANCES = [Waiting()]


class Base:
    """The base of what is served."""

    @grpc_stream(service=SERVICE, method="Base")
    async def run(self, request: GrpcRequest) -> GrpcResponse:
        """Overridden."""
        return GrpcResponse()


class Served(Base):
    """Has an instance."""

    @grpc_stream(service=SERVICE)
    async def run(self, request: GrpcRequest) -> GrpcResponse:
        """Served instead of that of the base."""
        return GrpcResponse()

    @timed
    @grpc_stream(service=SERVICE)
    async def lost(self, request: GrpcRequest) -> GrpcResponse:
        """Behind a decorator."""
        return GrpcResponse()


served = Served()


def make() -> object:
    """Make a handler for whoever asks for one; the module need have no name for it."""

    @grpc_stream(service=SERVICE, method="Made")
    async def made(request: GrpcRequest) -> GrpcResponse:
        return GrpcResponse()

    return made


make()
