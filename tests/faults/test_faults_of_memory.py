"""Memory: what clients can make a server hold.

Each test has one fault, and the threshold that it must keep with its reason.
"""

import gzip
import struct
import time

from raw_client import DATA, HEADERS, RST_STREAM, frame, message
from targets import KIB, MIB, SERVICE, WAIT, Start


def test_declared_lengths(start: Start) -> None:
    """2,048 uploads declare 64 KiB each and send one byte of it, and stay.

    Threshold: others upload 1 MiB within a budget of 4 MiB, since what arrived is charged: 12 KiB.
    """
    server = start(max_buffered_bytes=4 * MIB)
    clients = [server.client() for _ in range(8)]
    declared = struct.pack(">BI", 0, 64 * KIB) + b"a"
    for client in clients:
        client.socket.sendall(b"".join(client.begin(f"{SERVICE}/Count", declared, end=False) for _ in range(255)))
        # A connection is read in order: when this is answered, the uploads before it have been read.
        assert client.call_many(f"{SERVICE}/Echo", [b"one"]) == [b"one"]
    with server.channel() as others:
        count = others.stream_unary(f"{SERVICE}/Count")
        assert count(iter([bytes(MIB)]), timeout=WAIT) == b"1"


def test_one_connection_takes_its_share(start: Start) -> None:
    """One connection uploads as much as it can, and never half-closes.

    Threshold: it holds its share (2 of 8 MiB) and is refused beyond; another connection has a share of its own.
    """
    server = start(max_buffered_bytes=8 * MIB, max_buffered_bytes_per_connection=2 * MIB)
    hog = server.client()
    hog.socket.sendall(b"".join(hog.begin(f"{SERVICE}/Count", message(bytes(15 * KIB)), end=False) for _ in range(200)))
    hog.until(HEADERS, 60)
    with server.channel() as others:
        count = others.stream_unary(f"{SERVICE}/Count")
        assert count(iter([bytes(MIB)]), timeout=WAIT) == b"1"


def test_a_drip(start: Start) -> None:
    """Uploads that fill the budget and then go on a byte at a time.

    Threshold: they end after `receive_timeout` (1 s here, 5 min by default), and then everybody has room again.
    """
    server = start(max_buffered_bytes=4 * MIB, receive_timeout="1s")
    clients = [server.client() for _ in range(4)]
    for client in clients:
        first = struct.pack(">BI", 0, 2 * MIB) + bytes(15 * KIB)
        client.socket.sendall(client.begin(f"{SERVICE}/Count", first, end=False))
        stream = client.last_stream
        client.socket.sendall(b"".join(frame(DATA, 0, stream, bytes(15 * KIB)) for _ in range(66)))
    for client in clients:
        client.socket.settimeout(0.1)
        ended = False
        while not ended:
            client.socket.sendall(frame(DATA, 0, client.last_stream, b"a"))
            try:
                ended = any(kind in (HEADERS, RST_STREAM) for kind, *_ in client.frames())
            except TimeoutError:
                continue
    with server.channel() as others:
        count = others.stream_unary(f"{SERVICE}/Count")
        assert count(iter([bytes(MIB)] * 3), timeout=WAIT) == b"3"


def test_responses_that_nobody_reads(start: Start) -> None:
    """Responses of 8 MiB for a client whose flow-control window is closed, one after the other.

    Threshold: two of twelve are made for a budget of 16 MiB (one that is made already is never refused, so one may go
    over it); the others are refused. After `idle_timeout` (1 s) they are reset, and there is room again.
    """
    server = start(max_buffered_bytes=16 * MIB, max_message_bytes=16 * MIB, idle_timeout="1s")
    client = server.client(window=0)
    begun = server.memory()
    refused = 0
    for _ in range(12):
        client.socket.sendall(client.begin(f"{SERVICE}/Fill", message(str(8 * MIB).encode())))
        for kind, flags, stream, _payload in client.frames():
            if kind == HEADERS and stream == client.last_stream:
                refused += flags & 1
                break
    assert refused == 10
    assert server.memory() - begun < 32 * MIB
    client.until(RST_STREAM, 2)
    with server.channel() as others:
        count = others.stream_unary(f"{SERVICE}/Count")
        assert count(iter([bytes(4 * MIB - 5)] * 3), timeout=WAIT) == b"3"


def test_a_decompression_bomb(start: Start) -> None:
    """Messages of 256 KiB that are 256 MiB once they are decompressed, ten times.

    Threshold: 24 MiB more memory. A message may have 4 MiB, of which no more than that is decompressed.
    """
    server = start()
    bomb = gzip.compress(bytes(256 * MIB), 9)
    begun = server.memory()
    for _ in range(10):
        client = server.client()
        body = struct.pack(">BI", 1, len(bomb)) + bomb
        client.socket.sendall(client.begin(f"{SERVICE}/Count", b"", end=False, metadata=[(b"grpc-encoding", b"gzip")]))
        pieces = [body[at : at + 15 * KIB] for at in range(0, len(body), 15 * KIB)]
        client.socket.sendall(b"".join(frame(DATA, 0, client.last_stream, piece) for piece in pieces))
        client.until(HEADERS)
        client.close()
    assert server.memory() - begun < 24 * MIB
    assert server.seen() == []
    assert server.is_served()


def test_calls_that_are_given_up(start: Start, language: str) -> None:
    """20,000 calls whose clients give them up, while every thread for `def` handlers is stuck.

    Threshold: 4 MiB more memory, 200 bytes a call; what leaves no trace is not seen in the noise of an allocator.
    """
    if language == "rust":
        # Its handlers are futures, which are dropped.
        server, method = start(), "Hang"
    else:
        server, method = start(threads=1), "Hold"
    client = server.client()
    path = f"{SERVICE}/{method}"

    def give_up(calls: int) -> None:
        for _ in range(calls // 100):
            first = client.last_stream + 2
            client.socket.sendall(b"".join(client.begin(path, message(b"")) for _ in range(100)))
            assert client.call_many(f"{SERVICE}/Echo", [b"one"]) == [b"one"]
            streams = range(first, first + 200, 2)
            client.socket.sendall(b"".join(frame(RST_STREAM, 0, stream, struct.pack(">I", 8)) for stream in streams))

    give_up(5000)
    begun = server.memory()
    give_up(20_000)
    assert server.memory() - begun < 4 * MIB
    assert server.is_served()


def test_connections_that_say_nothing(start: Start) -> None:
    """200 connections without a byte.

    Threshold: each is closed after `handshake_timeout` (1 s), and meanwhile others are served.
    """
    server = start(handshake_timeout="1s")
    silent = [server.client(silent=True) for _ in range(200)]
    assert server.is_served()
    deadline = time.monotonic() + WAIT
    for client in silent:
        client.socket.settimeout(deadline - time.monotonic())
        while client.socket.recv(KIB):
            pass  # the server's own SETTINGS
