"""An HTTP/2 client that does only what gRPC calls need, so that 100,000 of them are a matter of seconds.

It speaks to a server that is known: headers are sent as literals, those that come back are not decoded, and
a call is OK when its DATA came and its stream ended without a reset.
"""

import socket
import struct
from collections.abc import Iterable, Iterator

_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_LARGEST_WINDOW = 2**31 - 1


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _header(name: bytes, value: bytes) -> bytes:
    # A literal that is not indexed, without Huffman; every name and value here is shorter than 127 bytes.
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def message(payload: bytes) -> bytes:
    """A message with its prefix."""
    return struct.pack(">BI", 0, len(payload)) + payload


class RawClient:
    """One connection."""

    def __init__(self, address: str, timeout: float = 30) -> None:
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._next_stream = 1
        self._buffer = bytearray()
        self.goaway: int | None = None
        """The last stream that the server takes, once it has said so."""
        windows = struct.pack(">HI", 4, _LARGEST_WINDOW)
        self.socket.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + _frame(_SETTINGS, 0, 0, windows)
            + _frame(_WINDOW_UPDATE, 0, 0, struct.pack(">I", _LARGEST_WINDOW - 65535))
        )

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def begin(self, path: str, body: bytes, *, end: bool = True) -> bytes:
        """The frames of a call; with `end` the client has said all."""
        headers = b"".join(
            _header(name, value)
            for name, value in (
                (b":method", b"POST"),
                (b":scheme", b"http"),
                (b":path", path.encode()),
                (b":authority", b"test"),
                (b"te", b"trailers"),
                (b"content-type", b"application/grpc"),
            )
        )
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        data = _frame(_DATA, _END_STREAM if end else 0, stream, body)
        return _frame(_HEADERS, _END_HEADERS, stream, headers) + data

    def call_many(self, path: str, payloads: Iterable[bytes]) -> list[bytes]:
        """Make calls at once, and wait for the answer of each: the payload of its message."""
        first = self._next_stream
        frames = [self.begin(path, message(payload)) for payload in payloads]
        self.socket.sendall(b"".join(frames))
        answers = [b""] * len(frames)
        left = len(frames)
        for kind, flags, stream, payload in self.frames():
            if kind == _DATA:
                answers[(stream - first) // 2] += payload
            if kind == _RST_STREAM:
                raise ConnectionError(f"stream {stream} was reset: {payload!r}")
            if flags & _END_STREAM and kind in (_DATA, _HEADERS):
                left -= 1
                if left == 0:
                    break
        return [answer[5:] for answer in answers]

    def frames(self) -> Iterator[tuple[int, int, int, bytes]]:
        """The frames that come, those about the connection answered."""
        answers = bytearray()
        while True:
            while len(self._buffer) >= 9:
                length = int.from_bytes(self._buffer[:3], "big")
                if len(self._buffer) < 9 + length:
                    break
                kind, flags = self._buffer[3], self._buffer[4]
                stream = int.from_bytes(self._buffer[5:9], "big")
                payload = bytes(self._buffer[9 : 9 + length])
                del self._buffer[: 9 + length]
                if kind == _SETTINGS and not flags & _ACK:
                    answers += _frame(_SETTINGS, _ACK, 0, b"")
                elif kind == _PING and not flags & _ACK:
                    answers += _frame(_PING, _ACK, 0, payload)
                elif kind == _GOAWAY:
                    self.goaway = int.from_bytes(payload[:4], "big")
                if answers:
                    self.socket.sendall(answers)
                    answers.clear()
                yield kind, flags, stream, payload
            received = self.socket.recv(1 << 18)
            if not received:
                raise ConnectionError("the server closed the connection")
            self._buffer += received
