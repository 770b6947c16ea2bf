"""The kinds of RPC."""

from __future__ import annotations

from enum import Enum


class Kind(str, Enum):
    """The kind of an RPC, as it follows from the request and response types of its handler."""

    UNARY = "unary"
    """One message in, one message out: :class:`GrpcRequest`, :class:`GrpcResponse`."""
    SERVER_STREAMING = "server_streaming"
    """One message in, any number out: :class:`GrpcRequest`, and :class:`GrpcServerStreamResponse`, which is a list, or
    an async generator of ``bytes``."""
    CLIENT_STREAMING = "client_streaming"
    """A list of messages in, one message out: :class:`GrpcClientStreamRequest`, :class:`GrpcResponse`."""
    BIDIRECTIONAL = "bidirectional"
    """A list of messages in, a list out: :class:`GrpcBidiStreamRequest`, :class:`GrpcBidiStreamResponse`."""
    DUPLEX = "duplex"
    """Messages in and messages out, each as it comes: :class:`GrpcDuplexRequest`, an async generator of ``bytes``."""

    def __str__(self) -> str:
        return self.value.replace("_", " ")
