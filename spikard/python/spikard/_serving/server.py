"""A server inside an asyncio program."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from types import TracebackType
from typing import TYPE_CHECKING, Any

from spikard._native import native
from spikard._serving import sockets
from spikard._serving.reflection import descriptor_set
from spikard._serving.runtime import CALLS_END_WITHIN, Runtime
from spikard._serving.settings import Settings, settings
from spikard._serving.targets import Route, find_routes
from spikard.grpc._amounts import Duration, duration
from spikard.grpc._option_table import takes
from spikard.grpc._options import ServerOptions

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

logger = logging.getLogger("spikard")

_HIGHEST_LEVEL = 255


class Server:
    """A gRPC server on the event loop that it is started on.

    ::

        async with Server("batch_handler", bind="127.0.0.1:0") as server:
            print(server.port)
            await server.wait()

    A target is a module, ``"module"``, ``"module:name"``, a function with ``@grpc_stream``, or an instance of a
    class with such methods. Signals are the program's own matter; :func:`serve` handles them.

    The options are in ``docs/reference/settings.md``, and in the signature.

    A mistake in a target is an ``ImportError``, ``AttributeError``, ``TypeError`` or ``ValueError``; a mistake in an
    option is a ``TypeError``, ``ValueError`` or ``OSError``.
    """

    @takes(ServerOptions)
    def __init__(self, *targets: object, **options: Unpack[ServerOptions]) -> None:
        checked = settings(ServerOptions, options)
        self._set_up(find_routes(targets), checked)

    def _set_up(self, routes: list[Route], checked: Settings) -> None:
        self._routes = routes
        self._settings = checked
        self._native: Any = native_server(routes, checked)
        self._pid = os.getpid()
        self._runtime: Runtime | None = None
        self._finished: asyncio.Task[None] | None = None
        self._place = checked.address
        self._inode: int | None = None

    @classmethod
    def _prepared(cls, routes: list[Route], checked: Settings) -> Server:
        server = cls.__new__(cls)
        server._set_up(routes, checked)
        return server

    @property
    def port(self) -> int:
        """The port that the server listens on; 0 for a Unix socket, and before the start where 0 was asked for."""
        return self._place.port

    @property
    def address(self) -> str:
        """Where the server listens, as a client names it: ``127.0.0.1:50051`` or ``unix:/path``."""
        return str(self._place)

    @property
    def table(self) -> str:
        """What is served: a line a method, with its kind, its handler and its limits."""
        return str(self._native.table)

    async def start(self) -> None:
        """Listens, and serves from now on.

        Raises an ``OSError`` where the address cannot be had, and a ``ValueError`` for a TLS file that cannot be used.
        """
        self._start(sockets.listen(self._settings.address))

    def _start(self, listening: socket.socket, *, owned: bool = True) -> None:
        """Serves on a socket; one that is not `owned` is shared with others, and its file is left to them."""
        if self._runtime is not None:
            listening.close()
            raise RuntimeError("the server has been started before: make a new one")
        unix = listening.family == socket.AF_UNIX
        self._place = sockets.place(listening)
        if owned and unix and self._place.path is not None:
            self._inode = os.stat(self._place.path).st_ino
        loop = asyncio.get_running_loop()
        handlers = [route.handler for route in self._routes]
        runtime = Runtime(self._native, handlers, loop)
        draining, drains = runtime.expect()
        ended, ends = runtime.expect()
        try:
            self._native.start(listening.detach(), unix, draining, ended, log_level())
        except BaseException:
            drains.cancel()
            ends.cancel()
            runtime.close()
            raise
        self._runtime = runtime
        self._finished = loop.create_task(self._finish(ends, runtime), name="spikard-finish")

    async def stop(self, grace: Duration | None = None) -> None:
        """Takes no new calls, waits for those in flight for at most `grace`, and cuts off what is left.

        Without `grace` it is the server's. A second call with a shorter one ends the wait sooner.
        """
        if self._finished is None:
            self._native.close()
            return
        self._check_process()
        seconds = self._settings.grace if grace is None else duration("grace", grace, zero=True)
        self._native.stop(seconds)
        await self.wait()

    async def wait(self) -> None:
        """Waits until the server has stopped, whoever stops it."""
        if self._finished is None:
            raise RuntimeError("the server has not been started: await server.start() first")
        self._check_process()
        # The wait of one must not be the end for another.
        await asyncio.shield(self._finished)

    async def _finish(self, ended: asyncio.Future[None], runtime: Runtime) -> None:
        await ended
        await runtime.end_calls(CALLS_END_WITHIN)
        runtime.close()
        if self._inode is not None and self._place.path is not None:
            sockets.remove_unix_socket(self._place.path, self._inode)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def _check_process(self) -> None:
        if os.getpid() != self._pid:
            raise RuntimeError(
                f"this process (pid {os.getpid()}) was forked from the one that started the server (pid {self._pid}), "
                f'whose threads it does not have: start servers after the fork, or processes with the method "spawn"'
            )


def native_server(routes: list[Route], checked: Settings) -> Any:
    """The native server of these routes."""
    shown = [descriptor_set(routes)] if checked.reflection else []
    return native().Server(routes, Settings(descriptor_sets=shown, **vars(checked)))


def log_level() -> int:
    """The lowest level that the log wants, within the byte that Rust takes; what is beyond it is no level of Rust's."""
    return max(0, min(logger.getEffectiveLevel(), _HIGHEST_LEVEL))
