"""Clients and servers for tests.

A handler is a function, and can be tested as one. For limits, metadata, deadlines and statuses, call it with a client
in the process, through everything but the socket::

    from spikard.grpc.testing import Client


    def test_too_many() -> None:
        with Client(handle_batch_create, max_messages=2) as client, pytest.raises(MemoryError):
            client.call(handle_batch_create, [b"", b"", b""])

:class:`AsyncClient` is the same for ``async`` tests, on their own event loop. A call that fails raises the
:class:`~spikard.grpc.GrpcError` that a client on the wire would see; RESOURCE_EXHAUSTED is a ``MemoryError`` too.

:func:`serving` starts a real server on a free port for a ``with`` block. With pytest there is the fixture
``spikard_server``, which needs no import and no set-up::

    def test_on_the_wire(spikard_server) -> None:
        server = spikard_server("batch_handler")
        channel = grpc.insecure_channel(server.address)
"""

from __future__ import annotations

from spikard.grpc.testing._client import AsyncClient, Client
from spikard.grpc.testing._errors import ResourceExhaustedError
from spikard.grpc.testing._serving import TestServer, serving

__all__ = ["AsyncClient", "Client", "ResourceExhaustedError", "TestServer", "serving"]
