"""The kinds of RPC."""

from __future__ import annotations

from enum import Enum


class Kind(str, Enum):
    """The kind of an RPC. It follows from the request and response types of its handler."""

    UNARY = "unary"
    """One message in, one message out: :class:`GrpcRequest`, :class:`GrpcResponse`."""
    SERVER_STREAMING = "server_streaming"
    """One message in, any number out: :class:`GrpcRequest`; :class:`GrpcServerStreamResponse` (a list), or an async
    generator of ``bytes``."""
    CLIENT_STREAMING = "client_streaming"
    """A list of messages in, one message out: :class:`GrpcClientStreamRequest`, :class:`GrpcResponse`."""
    UNBUFFERED_CLIENT_STREAMING = "unbuffered_client_streaming"
    """Messages in as they arrive, one message out: :class:`GrpcDuplexRequest`, :class:`GrpcResponse`."""
    BIDIRECTIONAL = "bidirectional"
    """Buffered: a list of messages in, a list out: :class:`GrpcBidiStreamRequest`, :class:`GrpcBidiStreamResponse`."""
    DUPLEX = "duplex"
    """Full duplex, not buffered: :class:`GrpcDuplexRequest`, an async generator of ``bytes``."""

    def __str__(self) -> str:
        return self.value.replace("_", " ")
