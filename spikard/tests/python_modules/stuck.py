"""Handlers that do not end by themselves, for processes that are to end all the same."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import signal
import sys
import threading
import time

from spikard.grpc import GrpcRequest, GrpcResponse


def say(text: str) -> None:
    """Past Python's buffers, to the one who started the process."""
    os.write(1, f"{text}\n".encode())


def sleeping(request: GrpcRequest) -> GrpcResponse:
    say("started")
    time.sleep(3600)
    return GrpcResponse()


def spinning(request: GrpcRequest) -> GrpcResponse:
    say("started")
    while True:
        pass


async def sleeping_on_loop(request: GrpcRequest) -> GrpcResponse:
    say("started")
    time.sleep(3600)  # noqa: ASYNC251 - what no handler should do
    return GrpcResponse()


async def spinning_on_loop(request: GrpcRequest) -> GrpcResponse:
    say("started")
    while True:
        pass


async def waiting(request: GrpcRequest) -> GrpcResponse:
    say("started")
    try:
        await asyncio.Event().wait()
    finally:
        say("finally")
    return GrpcResponse()


async def stubborn(request: GrpcRequest) -> GrpcResponse:
    say("started")
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


async def in_a_thread_of_asyncio(request: GrpcRequest) -> GrpcResponse:
    say("started")
    await asyncio.to_thread(time.sleep, 3600)
    return GrpcResponse()


async def in_a_thread_of_its_own(request: GrpcRequest) -> GrpcResponse:
    threading.Thread(target=time.sleep, args=(3600,)).start()
    say("started")
    return GrpcResponse()


async def interrupting(request: GrpcRequest) -> GrpcResponse:
    """Has the whole process ended by SIGINT, as nobody caught it."""
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.Event().wait()
    return GrpcResponse()


async def tidy(request: GrpcRequest) -> GrpcResponse:
    """Leaves something to do for the end of the interpreter."""
    atexit.register(say, "at exit")
    sys.stdout.write("buffered\n")
    say("started")
    return GrpcResponse()


def tidy_and_sleeping(request: GrpcRequest) -> GrpcResponse:
    atexit.register(say, "at exit")
    sys.stdout.write("buffered\n")
    return sleeping(request)
