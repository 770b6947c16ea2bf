"""A server inside an asyncio program."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from spikard._native import native
from spikard._serving import sockets
from spikard._serving.reflection import descriptor_set
from spikard._serving.runtime import CALLS_END_WITHIN, Runtime
from spikard._serving.settings import Settings, StrPath, settings
from spikard._serving.targets import Route, find_routes
from spikard.grpc._amounts import Duration, Size, duration
from spikard.grpc._compression import Compression
from spikard.grpc._limits import MAX_STREAM_MESSAGES

if TYPE_CHECKING:
    from typing_extensions import Self

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

    Args:
        *targets: What is served. An ``ImportError``, ``AttributeError``, ``TypeError`` or ``ValueError`` says what
            is wrong with one.
        bind: ``host:port``, of which port 0 takes a free one, or ``unix:path``. Default: ``127.0.0.1:50051``.
        uds: The path of a Unix socket, instead of `bind`. Clients of grpcio need the option
            ``("grpc.default_authority", "localhost")``: the name that they send by themselves is none in HTTP.
        max_messages: Messages in one stream.
        max_message_bytes: Bytes in one message, after decompression; a number, or a text like ``"8MiB"``.
        max_stream_bytes: Bytes in all messages of one request together.
        max_buffered_bytes: Bytes that all calls together may have buffered.
        timeout: Time for a whole call: seconds, or a text like ``"1m30s"``; a client's shorter one goes before it.
        idle_timeout: Time without a byte from a client that has not finished.
        compression: How responses are compressed for clients that accept it.
        tls_cert: A PEM file with the certificate of the server, which then speaks TLS.
        tls_key: A PEM file with its private key.
        tls_client_ca: A PEM file of authorities; every client must show a certificate that one of them signed.
        grace: How long calls in flight may take to finish when the server stops.
        threads: The most threads for ``def`` handlers. Default: CPUs + 4, at most 32.
        runtime_threads: The threads that speak HTTP/2. Default: 1 or 2.
        health: Serves ``grpc.health.v1``: SERVING for each service, NOT_SERVING once the server drains.
        reflection: Serves ``grpc.reflection``, for tools such as grpcurl: what the ``_pb2`` modules of the services
            say of them.
    """

    def __init__(
        self,
        *targets: object,
        bind: str | None = None,
        uds: StrPath | None = None,
        max_messages: int = MAX_STREAM_MESSAGES,
        max_message_bytes: Size = 4 << 20,
        max_stream_bytes: Size = 64 << 20,
        max_buffered_bytes: Size = 1 << 30,
        timeout: Duration | None = None,
        idle_timeout: Duration = 60,
        compression: Compression = "identity",
        tls_cert: StrPath | None = None,
        tls_key: StrPath | None = None,
        tls_client_ca: StrPath | None = None,
        grace: Duration = 30,
        threads: int | None = None,
        runtime_threads: int | None = None,
        health: bool = True,
        reflection: bool = False,
    ) -> None:
        checked = settings(
            bind=bind,
            uds=uds,
            max_messages=max_messages,
            max_message_bytes=max_message_bytes,
            max_stream_bytes=max_stream_bytes,
            max_buffered_bytes=max_buffered_bytes,
            timeout=timeout,
            idle_timeout=idle_timeout,
            compression=compression,
            tls_cert=tls_cert,
            tls_key=tls_key,
            tls_client_ca=tls_client_ca,
            grace=grace,
            threads=threads,
            runtime_threads=runtime_threads,
            health=health,
            reflection=reflection,
        )
        self._set_up(find_routes(targets), checked)

    def _set_up(self, routes: list[Route], checked: Settings) -> None:
        if checked.reflection:
            checked = replace(checked, descriptor_sets=(descriptor_set(routes),))
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


class _Method:
    """A method as Rust reads it."""

    __slots__ = ("declaration", "handler", "kind", "on_loop")

    def __init__(self, route: Route) -> None:
        self.declaration = route.declaration
        self.kind = route.declaration.kind.value
        self.handler = route.handler.name
        self.on_loop = route.handler.on_loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self.declaration, name)


def native_server(routes: list[Route], checked: Settings) -> Any:
    """The native server of these routes."""
    return native().Server([_Method(route) for route in routes], checked)


def log_level() -> int:
    """The lowest level that the log wants, within the byte that Rust takes; what is beyond it is no level of Rust's."""
    return max(0, min(logger.getEffectiveLevel(), _HIGHEST_LEVEL))
