"""A server on a socket, for a test."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spikard._serving.server import Server
from spikard.grpc._options import ServerOptions
from spikard.grpc._stats import ServerStats
from spikard.grpc.testing._background import BackgroundLoop

if TYPE_CHECKING:
    from typing_extensions import Unpack


@dataclass(frozen=True, slots=True)
class TestServer:
    """A server that runs in a thread beside the test."""

    __test__ = False  # pytest: not a class of tests

    address: str
    """The address for a client: ``127.0.0.1:40123``, or ``unix:/path``."""
    port: int
    """The port, 0 for a Unix socket."""
    _server: Server = field(repr=False, compare=False)

    @property
    def metrics_port(self) -> int | None:
        """The port of the page of metrics; ``None`` without `metrics_bind`."""
        return self._server.metrics_port

    def stats(self) -> ServerStats:
        """What the server has done so far: see :meth:`spikard.grpc.Server.stats`."""
        return self._server.stats()


@contextmanager
def serving(*targets: object, **options: Unpack[ServerOptions]) -> Generator[TestServer]:
    """Serves for the length of a ``with`` block, on a free port of 127.0.0.1 unless `bind` or `uds` says where.

    The options are those of :class:`~spikard.grpc.Server`; `grace` is one second unless it is given.

    ::

        with serving("batch_handler", max_messages=10) as server:
            channel = grpc.insecure_channel(server.address)
    """
    if options.get("bind") is None and options.get("uds") is None:
        options["bind"] = "127.0.0.1:0"
    options.setdefault("grace", 1)
    server = Server(*targets, **options)
    grace = server._settings.grace
    loop = BackgroundLoop()
    try:
        loop.run(server.start())
        yield TestServer(server.address, server.port, server)
    finally:
        loop.close(server.stop, within=grace)
