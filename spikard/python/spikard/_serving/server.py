"""A server inside an asyncio program."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from spikard._native import native
from spikard._serving import sockets
from spikard._serving.reflection import descriptor_set
from spikard._serving.runtime import CALLS_END_WITHIN, Runtime
from spikard._serving.settings import Settings, settings
from spikard._serving.targets import NOTHING_TO_SERVE, Route, find_routes
from spikard.grpc._amounts import Duration, duration
from spikard.grpc._option_table import takes
from spikard.grpc._options import ServerOptions
from spikard.grpc._servicer.recorder import Recorder
from spikard.grpc._servicer.servicer import Servicer

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

logger = logging.getLogger("spikard")

_HIGHEST_LEVEL = 255
# h2 resets such a call below everything that could answer it or log it.
_GRPCIO_ON_UNIX = (
    'clients of gRPC\'s C core (grpcio) need the channel option ("grpc.default_authority", "localhost") for a Unix '
    "socket: without it their :authority is not valid HTTP, and their calls are reset"
)


class Server:
    """A gRPC server on a running event loop.

    ::

        async with Server("batch_handler", bind="127.0.0.1:0") as server:
            print(server.port)
            await server.wait()

    A target is a module, ``"module"``, ``"module:name"``, a function with ``@grpc_stream``, or an instance of a
    class with such methods, or what :func:`servicer` makes. Signals are left to the program; :func:`serve` handles
    them.

    The options are in ``docs/reference/settings.md``, and in the signature.

    A mistake in a target is an ``ImportError``, ``AttributeError``, ``TypeError`` or ``ValueError``; a mistake in an
    option is a ``TypeError``, ``ValueError`` or ``OSError``.
    """

    @takes(ServerOptions)
    def __init__(self, *targets: object, **options: Unpack[ServerOptions]) -> None:
        checked = settings(ServerOptions, options)
        self._targets = list(targets)
        # Without targets it waits for what generated code adds.
        self._set_up(find_routes(targets) if targets else [], checked)

    def _set_up(self, routes: list[Route], checked: Settings) -> None:
        self._routes = routes
        self._settings = checked
        self._native: Any = native_server(routes, checked)
        self._pid = os.getpid()
        self._runtime: Runtime | None = None
        self._finished: asyncio.Task[None] | None = None
        self._stopped = False
        self._place = checked.address
        self._inode: int | None = None

    @classmethod
    def _prepared(cls, routes: list[Route], checked: Settings) -> Server:
        server = cls.__new__(cls)
        server._targets = []
        server._set_up(routes, checked)
        return server

    @property
    def port(self) -> int:
        """The port of the server; 0 for a Unix socket. Port 0 is replaced when the server starts."""
        return self._place.port

    @property
    def address(self) -> str:
        """The address for a client: ``127.0.0.1:50051`` or ``unix:/path``."""
        return str(self._place)

    @property
    def _shown(self) -> str:
        """The address, and whether it takes TLS, for the line that says where the server serves."""
        mutual = "mutual " if self._settings.tls_client_ca is not None else ""
        return self.address if self._settings.tls_cert is None else f"{self.address} with {mutual}TLS"

    @property
    def table(self) -> str:
        """A line for each method: its kind, its handler and its limits."""
        return str(self._native.table)

    def add_generic_rpc_handlers(self, handlers: Iterable[Any]) -> None:
        """Serves what ``grpc.method_handlers_generic_handler`` makes: see :meth:`add_registered_method_handlers`."""
        recorder = Recorder()
        recorder.add_generic_rpc_handlers(handlers)
        self._add(recorder)

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        """Serves the methods of a service, as code that was generated for grpcio registers them.

        So the generated function takes this server for one of grpcio's, before it is started::

            server = Server(bind="127.0.0.1:0")
            shop_pb2_grpc.add_OrdersServicer_to_server(Orders(), server)

        :func:`servicer` does the same, and has options.
        """
        recorder = Recorder()
        recorder.add_registered_method_handlers(service, handlers)
        self._add(recorder)

    def _add(self, recorder: Recorder) -> None:
        if self._runtime is not None or self._stopped:
            raise RuntimeError("the server has been started: add services before")
        # Generated code registers each method twice, in both ways.
        known = {route.path: getattr(route.handler.function, "__wrapped__", None) for route in self._routes}
        new = [method for method in recorder.methods.values() if known.get(method.path) != method.function]
        if new:
            targets = [*self._targets, Servicer(new, buffered=False, limits={})]
            self._set_up(find_routes(targets), self._settings)
            self._targets = targets

    async def start(self) -> None:
        """Listens and serves.

        Raises an ``OSError`` for an address that is not available, and a ``ValueError`` for an invalid TLS file.
        """
        self._start(sockets.listen(self._settings.address, reuse_port=self._settings.reuse_port))

    def _start(self, listening: socket.socket, *, owned: bool = True) -> None:
        """Serves on a socket; one that is not `owned` is shared with other processes, and so is its file."""
        if self._stopped:
            listening.close()
            raise RuntimeError("the server was stopped before it was started: make a new one")
        if self._runtime is not None:
            listening.close()
            raise RuntimeError("the server has been started before: make a new one")
        if not self._routes:
            listening.close()
            raise ValueError(NOTHING_TO_SERVE)
        unix = listening.family == socket.AF_UNIX
        self._place = sockets.place(listening)
        if owned and unix and self._place.path is not None and self._settings.address.fd is None:
            self._inode = os.stat(self._place.path).st_ino
        if unix:
            logger.info(_GRPCIO_ON_UNIX)
        loop = asyncio.get_running_loop()
        handlers = [route.handler for route in self._routes]
        try:
            runtime = Runtime(self._native, handlers, loop)
        except BaseException:
            listening.close()
            raise
        ended, ends = runtime.expect()
        try:
            self._native.start(listening.detach(), unix, ended, log_level())
        except BaseException:
            ends.cancel()
            runtime.close()
            raise
        self._runtime = runtime
        self._finished = loop.create_task(self._finish(ends, runtime), name="spikard-finish")

    async def stop(self, grace: Duration | None = None) -> None:
        """Shuts down gracefully: calls in flight have `grace` to finish, then they are cut off.

        The default of `grace` is the server's. A second call with a shorter one ends the wait sooner.
        """
        if self._finished is None:
            self._stopped = True
            self._native.close()
            return
        self._check_process()
        seconds = self._settings.grace if grace is None else duration("grace", grace, zero=True)
        self._native.stop(seconds)
        await self.wait()

    async def wait(self) -> None:
        """Waits until the server has stopped."""
        if self._finished is None:
            raise RuntimeError("the server has not been started: await server.start() first")
        self._check_process()
        # Shielded: a waiter that is cancelled must not cancel it for the others.
        await asyncio.shield(self._finished)

    async def _finish(self, ended: asyncio.Future[None], runtime: Runtime) -> None:
        await ended
        await runtime.end_calls(CALLS_END_WITHIN)
        await runtime.end()
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
    """The effective level of the log, as the byte that Rust takes."""
    return max(0, min(logger.getEffectiveLevel(), _HIGHEST_LEVEL))
