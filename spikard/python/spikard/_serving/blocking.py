"""Serves until a signal, in a process that does nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

from spikard._native import native
from spikard._runtime.event_loop import LEFT_BEHIND, end_tasks, new_event_loop, run_until_stopped
from spikard._serving.console import say
from spikard._serving.server import Server
from spikard._serving.settings import Settings, settings
from spikard._serving.targets import find_routes
from spikard.grpc._option_table import takes
from spikard.grpc._options import Loop, ServeOptions

if TYPE_CHECKING:
    from typing_extensions import Unpack

logger = logging.getLogger("spikard")

# Kept until the process ends: an `Ending` that is collected restores the signal handlers, while Python may still wait
# for a thread that is stuck.
_KEPT_ALIVE: list[Any] = []

# Seconds for the user's own tasks to end after the server; Rust ends the process soon after.
_TASKS_END_WITHIN = 0.2


@takes(ServeOptions)
def serve(*targets: object, quiet: bool = False, **options: Unpack[ServeOptions]) -> None:
    """Serves until SIGTERM, SIGHUP or Ctrl-C, then shuts down gracefully: calls in flight have `grace` to finish.

    ::

        serve("batch_handler", "transform_handler", bind="127.0.0.1:50051")

    A signal before it serves, and a second one, end the process at once. Several processes and reloading are the
    command's: ``spikard serve --workers 4``, ``--reload``.

    Targets and options are those of :class:`Server`, with one more option, `loop`. Unless `quiet`, the table of what is
    served is printed at the start, with the address.

    It is for the main thread: in another one no signal reaches it, and it ends with the process only.
    """
    _refuse_inside_a_loop()
    checked = settings(ServeOptions, options)
    # Modules may take long to import, and a signal is to end that too.
    with signals_taken(checked) as ending:
        server = Server._prepared(find_routes(targets), checked)
        run(server, ending, loop=checked.loop, on_ready=None if quiet else lambda: print_ready(server))


@contextlib.contextmanager
def signals_taken(checked: Settings, *, life: int | None = None, to_the_end: bool = False) -> Generator[Any]:
    """Has signals end the process at once, and a server of :func:`run` gracefully.

    `life` is a descriptor that the supervisor speaks through. With `to_the_end`, the bound of the drain holds for the
    rest of the process as well. In another thread than the main one, signals are left to the program: ``None``.
    """
    if threading.current_thread() is not threading.main_thread():
        logger.warning(
            "serve runs in another thread than the main one, where no signal reaches it: only the process ends it; "
            "a spikard.grpc.Server on an event loop in that thread can be stopped"
        )
        yield None
        return
    ending = native().Ending(checked.grace, checked.drain_delay, life)
    try:
        yield ending
    finally:
        if to_the_end and ending.begun:
            _KEPT_ALIVE.append(ending)
        else:
            ending.close()


def run(
    server: Server,
    ending: Any,
    *,
    loop: Loop,
    listening: socket.socket | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Serves until a signal that `ending` has taken, then drains.

    Raises a ``RuntimeError`` where an event loop runs already.
    """
    _refuse_inside_a_loop()
    event_loop = new_event_loop(loop)
    try:
        asyncio.set_event_loop(event_loop)
        if ending is not None:
            ending.take_again()
        given = server._reserved() if listening is None else listening
        with contextlib.nullcontext() if ending is None else _broken_pipes_are_errors():
            _run(event_loop, _serve(server, given, ending, on_ready, owned=listening is None))
        if ending is not None:
            ending.finished(0)
    finally:
        _end(event_loop)
        asyncio.set_event_loop(None)


@contextlib.contextmanager
def _broken_pipes_are_errors() -> Generator[None]:
    """Ignores SIGPIPE, as Python does from its start, where a module has given it its default action back.

    A client that leaves, or a supervisor that dies, would end the process with all calls in flight.
    """
    ends_all = signal.getsignal(signal.SIGPIPE) is signal.SIG_DFL
    if ends_all:
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        if ends_all and signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _refuse_inside_a_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError(
        "serve runs an event loop of its own, and one runs already in this thread, as in an async def or a notebook: "
        'write "async with spikard.grpc.Server(…) as server: await server.wait()" there'
    )


async def _serve(
    server: Server,
    listening: socket.socket,
    ending: Any,
    on_ready: Callable[[], None] | None,
    *,
    owned: bool,
) -> None:
    await server._start_entered(listening, owned=owned)
    if ending is not None:
        ending.watch(server._native)
    if on_ready is not None:
        on_ready()
    await server.wait()


def _run(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, None]) -> None:
    task = loop.create_task(main, name="spikard-serve")
    task.add_done_callback(lambda _: loop.stop())
    while not task.done():
        run_until_stopped(loop)
    task.result()


def _end(loop: asyncio.AbstractEventLoop) -> None:
    with contextlib.suppress(BaseException):
        left = loop.run_until_complete(end_tasks(_TASKS_END_WITHIN))
        if left:
            logger.warning(LEFT_BEHIND, ", ".join(left))
    if not asyncio.all_tasks(loop):
        loop.close()


def print_ready(server: Server) -> None:
    """Prints the table of what is served, and the address."""
    say(f"{server.table}\n\nserving on {server._shown}")
