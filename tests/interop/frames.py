"""A client that makes and shows the frames of gRPC: grpcio does not say which messages were compressed."""

import gzip
import socket
import ssl
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, ResponseReceived, StreamEnded, StreamReset, TrailersReceived

PREFIX = 5


@dataclass(frozen=True)
class Frame:
    """One message, and whether it is compressed on the wire."""

    message: bytes
    compressed: bool = False

    def encode(self) -> bytes:
        """The message with its prefix."""
        payload = gzip.compress(self.message) if self.compressed else self.message
        return bytes([self.compressed]) + len(payload).to_bytes(4, "big") + payload


@dataclass
class Answer:
    """What came back of a call."""

    headers: dict[str, str] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The status of gRPC, of headers or trailers."""
        return int(self.headers["grpc-status"])


class FramesClient:
    """One connection, with one call at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._http = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self._http.initiate_connection()
        self._flush()

    def call(self, path: str, frames: Sequence[Frame]) -> Answer:
        """Send messages, half-close, and read the response to its end. Both sides may use gzip."""
        stream = self._http.get_next_available_stream_id()
        headers = [
            (":method", "POST"),
            (":scheme", "https" if isinstance(self._socket, ssl.SSLSocket) else "http"),
            (":path", path),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("grpc-encoding", "gzip"),
            ("grpc-accept-encoding", "identity,gzip"),
        ]
        self._http.send_headers(stream, headers)
        answer, body = Answer(), bytearray()
        unsent = b"".join(frame.encode() for frame in frames)
        open_here = ended = False
        while not ended:
            if not open_here:
                unsent, open_here = self._send(stream, unsent)
            self._flush()
            for event in self._events():
                if isinstance(event, (ResponseReceived, TrailersReceived)):
                    answer.headers.update((str(name), str(value)) for name, value in event.headers or ())
                elif isinstance(event, DataReceived):
                    body += event.data or b""
                    self._http.acknowledge_received_data(event.flow_controlled_length or 0, stream)
                elif isinstance(event, StreamReset):
                    raise ConnectionError(f"the call was reset with {event.error_code}")
                elif isinstance(event, StreamEnded):
                    ended = True
        answer.frames = list(decoded(bytes(body)))
        return answer

    def _send(self, stream: int, data: bytes) -> tuple[bytes, bool]:
        """Send as much as the server has room for; tells what is left, and whether that was all."""
        while data:
            room = min(self._http.local_flow_control_window(stream), self._http.max_outbound_frame_size)
            if room == 0:
                return data, False
            self._http.send_data(stream, data[:room])
            data = data[room:]
        self._http.end_stream(stream)
        return data, True

    def _events(self) -> list[Event]:
        received = self._socket.recv(65536)
        if not received:
            raise ConnectionError("the server closed the connection before the call had ended")
        return self._http.receive_data(received)

    def _flush(self) -> None:
        self._socket.sendall(self._http.data_to_send())


def decoded(body: bytes) -> Iterator[Frame]:
    """The messages of a response."""
    while body:
        end = PREFIX + int.from_bytes(body[1:PREFIX], "big")
        payload, compressed = body[PREFIX:end], bool(body[0])
        assert len(body) >= end, "the last message is cut off"
        yield Frame(gzip.decompress(payload) if compressed else payload, compressed)
        body = body[end:]


@contextmanager
def connected(address: str, tls: ssl.SSLContext | None) -> Generator[FramesClient]:
    """Connect, over TLS if a context is given."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as plain:
        if tls is None:
            yield FramesClient(plain)
            return
        with tls.wrap_socket(plain, server_hostname=host) as wrapped:
            assert wrapped.selected_alpn_protocol() == "h2"
            yield FramesClient(wrapped)
