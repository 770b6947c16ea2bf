"""Handlers that start processes by fork."""

import multiprocessing
import os
import sys
import time
from multiprocessing.connection import Connection

from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

FORK = multiprocessing.get_context("fork")
WAIT = 30
INTERRUPTED = 7


def _child(ready: Connection) -> None:
    try:
        ready.send(os.getpid())
        time.sleep(2 * WAIT)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _ended_by(number: int) -> bytes:
    ours, theirs = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_child, args=(theirs,))
    child.start()
    os.kill(ours.recv(), number)
    child.join(WAIT)
    if child.exitcode is None:
        child.kill()
        return b"not at all"
    return str(child.exitcode).encode()


@grpc_stream(service="forking.Forking")
def in_thread(request: GrpcRequest) -> GrpcResponse:
    """Start a child, send it the signal of this number, and answer with its exit code."""
    return GrpcResponse(_ended_by(int(request.payload)))


@grpc_stream(service="forking.Forking")
async def on_loop(request: GrpcRequest) -> GrpcResponse:
    """Do likewise on the event loop."""
    return GrpcResponse(_ended_by(int(request.payload)))


@grpc_stream(service="forking.Forking")
def pool(request: GrpcRequest) -> GrpcResponse:
    """Compute in a pool, which terminates its processes at the end."""
    with FORK.Pool(2) as processes:
        return GrpcResponse(str(sum(processes.map(abs, range(int(request.payload))))).encode())


@grpc_stream(service="forking.Forking")
def strays(request: GrpcRequest) -> GrpcResponse:
    """Start a child that leaves the handler, and answer with its exit code."""
    child = os.fork()
    if child == 0:
        sys.exit("the child is done")
    return GrpcResponse(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
