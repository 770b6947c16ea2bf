"""What the server knows of a call besides its messages."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._response_metadata import ResponseMetadata

SET_IN_THE_RESPONSE = ResponseMetadata(
    refuses="this call is answered with one response: give it the metadata, as in "
    "GrpcResponse(payload=…, metadata=…, trailers=…)"
)
"""That of every call whose metadata is in the fields of its response."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the server knows of one call. ``Call()`` knows nothing, which is what a test wants.

    A generator sends metadata through it, since it returns no response to put it in::

        async def handle_talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
            request.call.set_initial_metadata({"x-session": "7"})
            count = 0
            async for message in request.messages:
                count += 1
                yield message
            request.call.set_trailers({"x-count": str(count)})
    """

    peer: str | None = None
    """The client's address, ``"127.0.0.1:50412"`` or ``"[::1]:50412"``; ``None`` where the server does not know it."""

    deadline: float | None = None
    """When the call must be answered, in seconds of :func:`time.monotonic`; ``None`` without a deadline."""

    peer_certs: tuple[bytes, ...] = field(default=(), repr=False)
    """The client's certificates in DER, its own first; empty without mutual TLS."""

    compressed: frozenset[int] = field(default=frozenset(), repr=False)
    """The indices of the client's messages that were compressed on the wire; of a stream as it comes, none."""

    _response_metadata: ResponseMetadata = field(default_factory=ResponseMetadata, repr=False, compare=False)

    def was_compressed(self, index: int = 0) -> bool:
        """Whether the message at ``index`` was compressed on the wire."""
        return index in self.compressed

    def time_remaining(self) -> float | None:
        """The seconds left until the deadline, 0.0 when it has passed, ``None`` without a deadline."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - time.monotonic())

    def set_initial_metadata(self, metadata: MetadataLike) -> None:
        """Sets what is sent before the first message; for handlers that yield.

        It is sent when the handler first yields a message or first asks for one of the client's, so that a client
        that waits for it before it sends is not kept waiting. A ``RuntimeError`` says that it is too late. A handler
        whose metadata depends on the client's messages returns a
        :class:`GrpcDuplexResponse <spikard.grpc.GrpcDuplexResponse>` instead, after it has read them.
        """
        self._response_metadata.set_initial(metadata)

    def set_trailers(self, trailers: MetadataLike) -> None:
        """Sets what is sent after the last message, with the status, whichever it is; for handlers that yield."""
        self._response_metadata.set_trailers(trailers)

    @property
    def initial_metadata(self) -> Metadata:
        """What :meth:`set_initial_metadata` has set, for tests."""
        return self._response_metadata.initial

    @property
    def trailers(self) -> Metadata:
        """What :meth:`set_trailers` has set, for tests."""
        return self._response_metadata.trailers
