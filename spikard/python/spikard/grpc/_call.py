"""The call that a request belongs to."""

from __future__ import annotations

import time
from collections.abc import Container
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spikard.grpc._drain import DRAIN, Drain
from spikard.grpc._load import LoadRecorder, LoadReport, record
from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._response_metadata import ResponseMetadata

if TYPE_CHECKING:
    from typing_extensions import Unpack

SET_IN_THE_RESPONSE = ResponseMetadata(
    refuses="this call is answered with one response: give it the metadata, as in "
    "GrpcResponse(payload=…, metadata=…, trailers=…)"
)
"""For buffered calls, whose metadata is in the fields of their response."""


@dataclass(frozen=True, slots=True)
class Call:
    """The call that a request belongs to. In a test, ``Call()`` will do.

    A generator sets its metadata and trailers here, since it returns no response::

        async def handle_talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
            request.call.set_initial_metadata({"x-session": "7"})
            count = 0
            async for message in request.messages:
                count += 1
                yield message
            request.call.set_trailers({"x-count": str(count)})
    """

    peer: str | None = None
    """The client's address, ``"127.0.0.1:50412"`` or ``"[::1]:50412"``; ``None`` if unknown, as on a Unix socket."""

    deadline: float | None = None
    """The deadline, in seconds of :func:`time.monotonic`; ``None`` without one."""

    peer_certs: tuple[bytes, ...] = field(default=(), repr=False)
    """The client's certificates in DER, its own first; empty without mutual TLS."""

    compressed: Container[int] = field(default=frozenset(), repr=False)
    """The indices of the client's messages that were compressed on the wire. Of a stream that is not buffered, it has
    only those that arrived together with the message that was read last."""

    _response_metadata: ResponseMetadata = field(default_factory=ResponseMetadata, repr=False, compare=False)
    _load: LoadRecorder | None = field(default=None, repr=False, compare=False)

    def was_compressed(self, index: int = 0) -> bool:
        """Whether the message at ``index`` was compressed on the wire."""
        return index in self.compressed

    def time_remaining(self) -> float | None:
        """The seconds until the deadline; 0.0 once it has passed, ``None`` without one."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - time.monotonic())

    def is_draining(self) -> bool:
        """Whether the server shuts down gracefully: it has sent GOAWAY, and the call has the grace period left.

        For handlers in threads, between two steps of long work. Always false in a program in Rust.
        """
        drain = DRAIN.get()
        return drain is not None and drain.is_begun()

    async def draining(self) -> None:
        """Returns when the server shuts down gracefully: see :meth:`is_draining`.

        A stream without an end can end by itself then, and its client goes on elsewhere::

            async def watch(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
                draining = asyncio.ensure_future(request.call.draining())
                while not draining.done():
                    change = asyncio.ensure_future(changes.get())
                    await asyncio.wait({draining, change}, return_when=asyncio.FIRST_COMPLETED)
                    if change.done():
                        yield change.result()
                raise GrpcError(StatusCode.UNAVAILABLE, "the server shuts down")
        """
        await (DRAIN.get() or Drain()).wait()

    def set_initial_metadata(self, metadata: MetadataLike) -> None:
        """Sets the initial metadata; for handlers that yield.

        It is sent when the handler first yields a message, first reads one or fails: a client may wait for it before
        it sends. After that, this raises a ``RuntimeError``. A handler whose initial metadata depends on the client's
        messages returns a :class:`GrpcDuplexResponse <spikard.grpc.GrpcDuplexResponse>` instead.
        """
        self._response_metadata.set_initial(metadata)

    def set_trailers(self, trailers: MetadataLike) -> None:
        """Sets the trailers, which are sent with the status, whichever it is; for handlers that yield."""
        self._response_metadata.set_trailers(trailers)

    def record_load(self, **report: Unpack[LoadReport]) -> None:
        """Adds to the load report of this call, which goes with its trailers.

        It overrides what the server measures::

            request.call.record_load(request_cost={"rows": 3456})

        The keywords are those of :class:`LoadReport <spikard.grpc.LoadReport>`. Without the server's option ``orca``
        this does nothing.
        """
        record(self._load, of_server=False, report=report)

    def record_server_load(self, **report: Unpack[LoadReport]) -> None:
        """Adds to the load report of the server, which is part of those of all calls, and of those out of band.

        ::

            request.call.record_server_load(utilization={"gpu": 0.7})

        What is recorded stays until it is replaced.
        """
        record(self._load, of_server=True, report=report)

    @property
    def initial_metadata(self) -> Metadata:
        """The initial metadata that :meth:`set_initial_metadata` has set, for tests."""
        return self._response_metadata.initial

    @property
    def trailers(self) -> Metadata:
        """The trailers that :meth:`set_trailers` has set, for tests."""
        return self._response_metadata.trailers
