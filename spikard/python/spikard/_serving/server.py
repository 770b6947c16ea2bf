"""A server inside an asyncio program."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from spikard._runtime.lifespan import LifespanLostError
from spikard._serving import sockets
from spikard._serving.end_watch import EndWatch, watch
from spikard._serving.parts import Reported, application_of, handlers_of, log_level, native_server
from spikard._serving.runtime import CALLS_END_WITHIN, Runtime
from spikard._serving.settings import Settings, settings
from spikard._serving.targets import NOTHING_TO_SERVE, Route, find_routes
from spikard.grpc._amounts import Duration, duration
from spikard.grpc._health import HEALTH
from spikard.grpc._option_table import takes
from spikard.grpc._options import ServerOptions
from spikard.grpc._servicer.recorder import Recorder
from spikard.grpc._servicer.servicer import Servicer
from spikard.grpc._stats import ServerStats, stats_of

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

logger = logging.getLogger("spikard")

LEFT_WITHIN = 0.2
"""Seconds for a lifespan to be left, whatever of the grace period the calls have used."""

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
        self._application = application_of(checked)
        self._handlers = handlers_of(routes, self._application, checked)
        self._native: Any = native_server(routes, checked)
        self._pid = os.getpid()
        self._runtime: Runtime | None = None
        self._finished: asyncio.Task[None] | None = None
        self._stopped = False
        self._place = checked.address
        self._inode: int | None = None
        self._watch: EndWatch | None = None
        self._metrics_port: int | None = None
        self._reported = Reported(frozenset(route.declaration.service for route in routes), self._native)
        self._starting = False
        self._lost: LifespanLostError | None = None

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
    def metrics_port(self) -> int | None:
        """The port of the page of metrics, once the server has started; ``None`` without `metrics_bind`."""
        return self._metrics_port

    @property
    def _shown(self) -> str:
        """The address, and whether it takes TLS, for the line that says where the server serves."""
        mutual = "mutual " if self._settings.tls_client_ca is not None else ""
        return self.address if self._settings.tls_cert is None else f"{self.address} with {mutual}TLS"

    @property
    def table(self) -> str:
        """A line for each method: its kind, its handler and its limits."""
        return str(self._native.table)

    def stats(self) -> ServerStats:
        """What the server has done so far: read it at any time, from any thread.

        Calls are counted from the start. Their times and sizes are measured from the first time that this is called,
        since clocks cost more than counters; with `access_log`, `metrics_bind` or `otel`, from the start.
        """
        return stats_of(self._native.stats)

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
        """Enters the lifespan, listens and serves.

        Raises an ``OSError`` for an address that is not available, a ``ValueError`` for an invalid TLS file, and a
        ``RuntimeError`` for a lifespan that fails when it is entered, whose cause is what it has raised.
        """
        self._check_unused()
        if self._starting:
            raise RuntimeError("the server is being started already")
        self._starting = True
        try:
            await self._start_entered(self._reserved())
        finally:
            self._starting = False

    def _reserved(self) -> socket.socket:
        """A socket on the address of the settings, which listens when the lifespan has been entered."""
        (reserved,) = sockets.bind(self._settings.address, 1, reuse_port=self._settings.reuse_port)
        return reserved

    async def _start_entered(self, reserved: socket.socket, *, owned: bool = True) -> None:
        """Enters the lifespan, and then listens on a socket of :func:`sockets.bind` and serves."""
        path = self._settings.address.path if owned else None
        inode = None if path is None else os.stat(path).st_ino
        try:
            await self._application.enter(self._on_lost_lifespan)
            sockets.begin(reserved)
            self._start(reserved, owned=owned)
        except BaseException:
            reserved.close()
            if path is not None:
                sockets.remove_unix_socket(path, inode)
            await self._application.leave(LEFT_WITHIN)
            raise

    def _on_lost_lifespan(self) -> None:
        if self._application.lifespan is not None:
            name = self._application.lifespan.name
            logger.error("the lifespan %s has ended while the server serves: shutting down", name)
            self._lost = LifespanLostError(name)
            self._native.stop(self._settings.grace)

    def _start(self, listening: socket.socket, *, owned: bool = True) -> None:
        """Serves on a socket; one that is not `owned` is shared with other processes, and so is its file."""
        try:
            self._check_unused()
        except RuntimeError:
            listening.close()
            raise
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
        metrics: socket.socket | None = None
        with contextlib.ExitStack() as opened:
            opened.enter_context(listening)
            # The supervisor of a worker has the page.
            if owned and self._settings.metrics is not None:
                metrics = opened.enter_context(sockets.listen_for_metrics(self._settings.metrics))
                self._metrics_port = metrics.getsockname()[1]
            runtime = Runtime(self._native, self._handlers, loop)
            opened.callback(runtime.close)
            ended, ends = runtime.expect()
            opened.callback(ends.cancel)
            HEALTH.add(self._reported)
            opened.callback(HEALTH.discard, self._reported)
            page = None if metrics is None else metrics.detach()
            self._native.start(listening.detach(), unix, ended, log_level(), page)
            self._watch = watch(self._native, self._settings)
            opened.pop_all()
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
        if self._runtime is not None:
            self._runtime.hurry()
        await self.wait()

    async def wait(self) -> None:
        """Waits until the server has stopped."""
        if self._finished is None:
            raise RuntimeError("the server has not been started: await server.start() first")
        self._check_process()
        # Shielded: a waiter that is cancelled must not cancel it for the others.
        await asyncio.shield(self._finished)
        if self._lost is not None:
            raise self._lost

    def _check_unused(self) -> None:
        if self._stopped:
            raise RuntimeError("the server was stopped before it was started: make a new one")
        if self._runtime is not None:
            raise RuntimeError("the server has been started before: make a new one")

    def _left(self) -> float:
        """Seconds until the end of the grace period."""
        left: float | None = self._native.drain_left
        # None: the server has ended by itself.
        return 0.0 if left is None else max(0.0, self._settings.drain_delay + left)

    async def _finish(self, ended: asyncio.Future[None], runtime: Runtime) -> None:
        await ended
        HEALTH.discard(self._reported)
        await runtime.end_calls(CALLS_END_WITHIN)
        await runtime.end_beside(self._left)
        await self._application.leave(max(LEFT_WITHIN, self._left()))
        await runtime.end()
        if self._watch is not None:
            self._watch.join()
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
