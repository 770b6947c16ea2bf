"""An HTTP/2 client that does only what gRPC calls need, so that 100,000 of them are a matter of seconds.

It speaks to a server that is known: headers are sent as literals, those that come back are not decoded, and
a call is OK when its DATA came and its stream ended without a reset.
"""

import socket
import struct
from collections.abc import Iterable, Iterator

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
_LARGEST_WINDOW = 2**31 - 1


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def header(name: bytes, value: bytes, *, indexed: bool = False) -> bytes:
    """A literal of HPACK without Huffman; `indexed`, `INDEXED` stands for it from then on."""
    return (b"\x40" if indexed else b"\x00") + _length(len(name)) + name + _length(len(value)) + value


INDEXED = b"\xbe"
"""The header that was indexed last."""


def _length(length: int) -> bytes:
    if length < 127:
        return bytes([length])
    left, more = length - 127, b"\x7f"
    while left > 127:
        more += bytes([left & 127 | 128])
        left >>= 7
    return more + bytes([left])


def message(payload: bytes) -> bytes:
    """A message with its prefix."""
    return struct.pack(">BI", 0, len(payload)) + payload


class RawClient:
    """One connection."""

    def __init__(
        self, address: str, timeout: float = 30, window: int = _LARGEST_WINDOW, *, silent: bool = False
    ) -> None:
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.last_stream = -1
        """The stream of the call that was begun last."""
        self._buffer = bytearray()
        self.goaway: int | None = None
        """The last stream that the server takes, once it has said so."""
        if silent:
            return
        windows = struct.pack(">HI", 4, window)
        self.socket.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + frame(SETTINGS, 0, 0, windows)
            + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", _LARGEST_WINDOW - 65535))
        )

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def begin(
        self,
        path: str,
        body: bytes,
        *,
        end: bool = True,
        metadata: Iterable[tuple[bytes, bytes]] = (),
        block: bytes = b"",
    ) -> bytes:
        """The frames of a call; with `end` the client has said all. `block` goes after the headers as it stands."""
        headers = b"".join(
            header(name, value)
            for name, value in (
                (b":method", b"POST"),
                (b":scheme", b"http"),
                (b":path", path.encode()),
                (b":authority", b"test"),
                (b"te", b"trailers"),
                (b"content-type", b"application/grpc"),
                *metadata,
            )
        )
        stream = self.last_stream = self.last_stream + 2
        data = frame(DATA, END_STREAM if end else 0, stream, body)
        return frame(HEADERS, END_HEADERS, stream, headers + block) + data

    def call_many(self, path: str, payloads: Iterable[bytes]) -> list[bytes]:
        """Make calls at once, and wait for the answer of each: the payload of its message."""
        first = self.last_stream + 2
        frames = [self.begin(path, message(payload)) for payload in payloads]
        self.socket.sendall(b"".join(frames))
        answers = [b""] * len(frames)
        left = len(frames)
        for kind, flags, stream, payload in self.frames():
            if kind == DATA:
                answers[(stream - first) // 2] += payload
            if kind == RST_STREAM:
                raise ConnectionError(f"stream {stream} was reset: {payload!r}")
            if flags & END_STREAM and kind in (DATA, HEADERS):
                left -= 1
                if left == 0:
                    break
        return [answer[5:] for answer in answers]

    def until(self, kind: int, times: int = 1) -> list[tuple[int, bytes]]:
        """Wait until a kind of frame has come so many times: their flags, and what is in them."""
        seen: list[tuple[int, bytes]] = []
        for came, flags, _, payload in self.frames():
            if came == kind:
                seen.append((flags, payload))
            if len(seen) == times:
                break
        return seen

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
                if kind == SETTINGS and not flags & ACK:
                    answers += frame(SETTINGS, ACK, 0, b"")
                elif kind == PING and not flags & ACK:
                    answers += frame(PING, ACK, 0, payload)
                elif kind == GOAWAY:
                    self.goaway = int.from_bytes(payload[:4], "big")
                if answers:
                    self.socket.sendall(answers)
                    answers.clear()
                yield kind, flags, stream, payload
            received = self.socket.recv(1 << 18)
            if not received:
                raise ConnectionError("the server closed the connection")
            self._buffer += received
