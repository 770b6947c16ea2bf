"""Tells where the interpreter found what it runs with."""

from __future__ import annotations

import importlib
import inspect
import os
import signal
import sys

import spikard
import spikard.grpc
from spikard.grpc import GrpcRequest, GrpcResponse


async def where(request: GrpcRequest) -> GrpcResponse:
    """One `name=value` a line."""
    native = importlib.import_module("spikard._spikard")
    try:
        marker = importlib.import_module("marker").__file__
    except ImportError:
        marker = None
    said = {
        "minor": f"{sys.version_info.major}.{sys.version_info.minor}",
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "library": os.__file__,
        "package": spikard.__file__,
        "version": spikard.__version__,
        "native": native.__name__,
        "one limit": native.MAX_STREAM_MESSAGES == spikard.grpc.MAX_STREAM_MESSAGES,
        "marker": marker,
        "path": os.pathsep.join(sys.path),
        "argv": " ".join(sys.argv[1:]),
        "SIGINT is free": signal.getsignal(signal.SIGINT) == signal.SIG_DFL,
    }
    return GrpcResponse(payload="\n".join(f"{name}={value}" for name, value in said.items()).encode())


async def source(request: GrpcRequest) -> GrpcResponse:
    """The source of the package, as debuggers and tracebacks ask for it."""
    return GrpcResponse(payload=inspect.getsource(spikard.grpc.Metadata.get_all).encode())
