"""The request types."""

from __future__ import annotations

from dataclasses import dataclass, field

from spikard.grpc._call import Call
from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._show import fields

_UNKNOWN_CALL = Call()


@dataclass(slots=True, init=False, repr=False)
class GrpcRequest:
    """The request of a unary or server-streaming RPC: one message."""

    service_name: str
    """The full name of the service, ``messageservice.MessageService``."""
    method_name: str
    """The name of the method, ``BatchCreate``."""
    metadata: Metadata
    """The client's metadata: a dict from ``str`` to ``str``, and to ``bytes`` for keys that end in ``-bin``."""
    payload: bytes
    """The message, as protobuf wrote it."""
    call: Call = field(compare=False)
    """What the server knows of the call: the peer, the deadline."""

    def __init__(
        self,
        payload: bytes = b"",
        *,
        service_name: str = "",
        method_name: str = "",
        metadata: MetadataLike | None = None,
        call: Call = _UNKNOWN_CALL,
    ) -> None:
        self.service_name = service_name
        self.method_name = method_name
        self.metadata = _metadata(metadata)
        self.payload = payload
        self.call = call

    def __repr__(self) -> str:
        return fields(self, "service_name", "method_name", "metadata", "payload")


@dataclass(slots=True, init=False, repr=False)
class GrpcClientStreamRequest:
    """The request of a client-streaming RPC: every message of the client, in order."""

    service_name: str
    """The full name of the service, ``messageservice.MessageService``."""
    method_name: str
    """The name of the method, ``BatchCreate``."""
    metadata: Metadata
    """The client's metadata: a dict from ``str`` to ``str``, and to ``bytes`` for keys that end in ``-bin``."""
    messages: list[bytes]
    """Every message of the stream, in the order sent."""
    call: Call = field(compare=False)
    """What the server knows of the call: the peer, the deadline."""

    def __init__(
        self,
        messages: list[bytes] | None = None,
        *,
        service_name: str = "",
        method_name: str = "",
        metadata: MetadataLike | None = None,
        call: Call = _UNKNOWN_CALL,
    ) -> None:
        self.service_name = service_name
        self.method_name = method_name
        self.metadata = _metadata(metadata)
        self.messages = [] if messages is None else messages
        self.call = call

    def __repr__(self) -> str:
        return fields(self, "service_name", "method_name", "metadata", "messages")


@dataclass(slots=True, init=False, repr=False)
class GrpcBidiStreamRequest:
    """The request of a bidirectional RPC, buffered: every message of the client, in order."""

    service_name: str
    """The full name of the service, ``transformservice.TransformService``."""
    method_name: str
    """The name of the method, ``TransformStream``."""
    metadata: Metadata
    """The client's metadata: a dict from ``str`` to ``str``, and to ``bytes`` for keys that end in ``-bin``."""
    messages: list[bytes]
    """Every message of the stream, in the order sent."""
    call: Call = field(compare=False)
    """What the server knows of the call: the peer, the deadline."""

    def __init__(
        self,
        messages: list[bytes] | None = None,
        *,
        service_name: str = "",
        method_name: str = "",
        metadata: MetadataLike | None = None,
        call: Call = _UNKNOWN_CALL,
    ) -> None:
        self.service_name = service_name
        self.method_name = method_name
        self.metadata = _metadata(metadata)
        self.messages = [] if messages is None else messages
        self.call = call

    def __repr__(self) -> str:
        return fields(self, "service_name", "method_name", "metadata", "messages")


def _metadata(values: MetadataLike | None) -> Metadata:
    if isinstance(values, Metadata):
        return values
    return Metadata() if values is None else Metadata(values)
