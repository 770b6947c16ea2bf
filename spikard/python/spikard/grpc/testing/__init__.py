"""Clients and servers for tests.

A handler is a function, and can be tested as one. For limits, metadata, deadlines and statuses, call it with a client
in the process, through everything but the socket::

    from spikard.grpc.testing import Client


    def test_too_many() -> None:
        with Client(handle_batch_create, max_messages=2) as client, pytest.raises(MemoryError):
            client.call(handle_batch_create, [b"", b"", b""])

:class:`AsyncClient` is the same for ``async`` tests, on their own event loop. A call that fails raises the
:class:`~spikard.grpc.GrpcError` that a client on the wire would see. It is also of the type that a handler raises for
it: INVALID_ARGUMENT is a ``ValueError``, RESOURCE_EXHAUSTED a ``MemoryError``, and what ``register_exception`` maps to
a code is of that type. Every wait ends, with a ``TimeoutError`` after a minute unless `within` says otherwise.

A stream is called message by message with :meth:`Client.stream`::

    with Client(talk) as client, client.stream(talk) as call:
        call.send(b"hello")
        assert call.receive() == b"HELLO"
        call.cancel()

:func:`serving` starts a real server on a free port for a ``with`` block. With pytest there are the fixtures
``spikard_server``, ``spikard_client`` and ``spikard_async_client``, which need no import and no set-up::

    def test_on_the_wire(spikard_server) -> None:
        server = spikard_server("batch_handler")
        channel = grpc.insecure_channel(server.address)

They start with the options of the fixture ``spikard_options``, an empty dict unless the tests have one of their own.
"""

from __future__ import annotations

from spikard.grpc.testing._blocking_client import Client
from spikard.grpc.testing._client import AsyncClient
from spikard.grpc.testing._errors import (
    DeadlineExceededError,
    InternalError,
    InvalidArgumentError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnimplementedError,
)
from spikard.grpc.testing._serving import TestServer, serving
from spikard.grpc.testing._stream_call import AsyncStreamCall, StreamCall

__all__ = [
    "AsyncClient",
    "AsyncStreamCall",
    "Client",
    "DeadlineExceededError",
    "InternalError",
    "InvalidArgumentError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "StreamCall",
    "TestServer",
    "UnimplementedError",
    "serving",
]
