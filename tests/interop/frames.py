"""A client that makes and shows the frames of gRPC: grpcio does not say which messages were compressed."""

import gzip
import socket
import ssl
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
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
class Call:
    """A call, and what came back of it so far."""

    unsent: bytes
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    half_closed: bool = False
    ended: bool = False
    half_closes: bool = True

    @property
    def frames(self) -> list[Frame]:
        """The messages that came back whole."""
        return list(decoded(bytes(self.body)))

    @property
    def status(self) -> int:
        """The status of gRPC, of headers or trailers."""
        return int(self.headers["grpc-status"])


class FramesClient:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._http = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self._calls: dict[int, Call] = {}
        self._http.initiate_connection()

    def call(self, path: str, frames: Sequence[Frame]) -> Call:
        """Send messages, half-close, and read the response to its end. Both sides may use gzip."""
        call = self.begin(path, frames)
        while not call.ended:
            self.read()
        return call

    def begin(self, path: str, frames: Sequence[Frame], *, half_close: bool = True) -> Call:
        """Begin such a call, and half-close after the last frame or not; `read` goes on with it."""
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
        call = self._calls[stream] = Call(b"".join(frame.encode() for frame in frames), half_closes=half_close)
        return call

    def cancel(self, call: Call) -> None:
        """Reset a call."""
        stream = next(stream for stream, open_call in self._calls.items() if open_call is call)
        self._http.reset_stream(stream, ErrorCodes.CANCEL)
        del self._calls[stream]

    def read(self) -> None:
        """Send what the server has room for, and read what comes next."""
        for stream, call in self._calls.items():
            if not call.half_closed:
                self._send(stream, call)
        self._socket.sendall(self._http.data_to_send())
        received = self._socket.recv(65536)
        if not received:
            raise ConnectionError("the server closed the connection before the call had ended")
        for event in self._http.receive_data(received):
            self._take(event)

    def _send(self, stream: int, call: Call) -> None:
        while call.unsent:
            room = min(self._http.local_flow_control_window(stream), self._http.max_outbound_frame_size)
            if room == 0:
                return
            self._http.send_data(stream, call.unsent[:room])
            call.unsent = call.unsent[room:]
        if call.half_closes:
            self._http.end_stream(stream)
            call.half_closed = True

    def _take(self, event: Event) -> None:
        if isinstance(event, (ResponseReceived, TrailersReceived)):
            headers = self._calls[event.stream_id].headers
            headers.update((str(name), str(value)) for name, value in event.headers or ())
        elif isinstance(event, DataReceived):
            self._calls[event.stream_id].body += event.data or b""
            self._http.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
        elif isinstance(event, StreamReset) and event.stream_id in self._calls:
            raise ConnectionError(f"the call was reset with {event.error_code}")
        elif isinstance(event, StreamEnded):
            self._calls.pop(event.stream_id).ended = True


def decoded(body: bytes) -> Iterator[Frame]:
    """The messages of a response, as far as they are there."""
    while len(body) >= PREFIX:
        end = PREFIX + int.from_bytes(body[1:PREFIX], "big")
        if len(body) < end:
            return
        payload, compressed = body[PREFIX:end], bool(body[0])
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
