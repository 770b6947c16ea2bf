"""Handlers of a program that configures logging, and names its own loggers only."""

import logging.config
import os
import tempfile

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

_DICT = {
    "version": 1,
    "handlers": {"own": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr"}},
    "loggers": {"shop": {"handlers": ["own"]}},
}
_FILE = """
[loggers]
keys=root
[handlers]
keys=own
[formatters]
keys=
[logger_root]
handlers=own
[handler_own]
class=StreamHandler
args=(sys.stderr,)
"""


def configure() -> None:
    """Configure logging as many programs do: all other loggers are disabled."""
    if os.environ.get("SILENCED_BY") == "file":
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
            file.write(_FILE)
            file.flush()
            logging.config.fileConfig(file.name)
    else:
        logging.config.dictConfig(_DICT)


configure()


@grpc_stream(service="silencing.Silencing")
async def fail(request: GrpcRequest) -> GrpcResponse:
    """Fail by a bug, after the log has been configured once more."""
    configure()
    raise KeyError(request.payload)


@grpc_stream(service="silencing.Silencing")
async def refuse(request: GrpcRequest) -> GrpcResponse:
    """Fail by a `ValueError`, which may be a bug as well."""
    first, second = request.payload.split(b",")
    return GrpcResponse(first + second)
