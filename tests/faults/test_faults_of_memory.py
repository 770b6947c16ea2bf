"""Memory: what clients can make a server hold.

Each test has one fault, and the threshold that it must keep with its reason.
"""

import gzip
import struct
import time
from collections.abc import Callable

import pytest
from raw_client import DATA, HEADERS, INDEXED, RST_STREAM, frame, header, message
from targets import KIB, MIB, SERVICE, WAIT, Start, Target
from wire import grpc


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


def test_joined_metadata(start: Start) -> None:
    """200 uploads that stay, with 14 metadata values of 3,900 commas each, which HPACK makes a byte each.

    Threshold: 24 MiB more memory, 120 KiB a call: the values of a request are split at 256 commas at most.
    """
    server = start()
    few = [(b"x-few-bin", b"AA,AQ"), (b"x-few-bin", b"Ag")]
    client = server.client()
    client.socket.sendall(client.begin(f"{SERVICE}/Values", message(b"x-few-bin"), metadata=few))
    assert client.until(DATA) == [(0, message(b"3"))]
    client = server.client()
    begun = server.memory()
    many = header(b"x-many-bin", b"," * 3900, indexed=True) + INDEXED * 13
    for _ in range(200):
        client.socket.sendall(client.begin(f"{SERVICE}/Count", message(b"a"), end=False, block=many))
        many = INDEXED * 14
    # A connection is read in order: when this is answered, the uploads before it have been read.
    assert client.call_many(f"{SERVICE}/Echo", [b"one"]) == [b"one"]
    assert server.memory() - begun < 24 * MIB


def test_health_checks_that_stay(start: Start) -> None:
    """Health checks that are not finished and watches of names that are not served, of up to 4 MiB, on 4 connections.

    Threshold: the names that are too large (over 1 KiB) are refused, the others take 8 MiB together, 10 KiB a call, and
    a probe is answered.
    """
    server = start()
    clients = [server.client() for _ in range(4)]
    begun = server.memory()
    for client in clients:
        for method in ["Check", "Watch"] * 20:
            declared = struct.pack(">BI", 0, 4 * MIB - 64)
            client.socket.sendall(client.begin(f"/grpc.health.v1.Health/{method}", declared, end=False))
            client.until(HEADERS)
            # Refused by its length: reset after its status, as the rest of it is not read.
            client.until(RST_STREAM)
        name = b"\x0a\xe8\x07" + b"x" * 1000
        half = message(name)[:-1]
        calls = [client.begin("/grpc.health.v1.Health/Check", half, end=False) for _ in range(100)]
        calls += [client.begin("/grpc.health.v1.Health/Watch", message(name)) for _ in range(100)]
        client.socket.sendall(b"".join(calls))
        client.until(DATA, 100)
    assert server.memory() - begun < 8 * MIB
    with server.channel() as others:
        check = others.unary_unary("/grpc.health.v1.Health/Check")
        assert check(b"", timeout=WAIT) == b"\x08\x01"


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


def pair(index: int) -> bytes:
    """The pair of a map, whose key no other has."""
    return b"\x22\x06\x08" + bytes((index & 127 | 128, index >> 7 & 127 | 128, index >> 14 & 127)) + b"\x10\x01"


# Fields of a message that its handler takes decoded, few bytes each.
SHAPES: dict[str, Callable[[int], bytes]] = {
    "messages": lambda _: b"\x0a\x00",
    "texts": lambda _: b"\x12\x01a",
    "numbers": lambda _: b"\x18\x01",
    "pairs": pair,
    "unknown fields": lambda _: b"\x0a\x03\xf8\x06\x01",
}


def weighed(server: Target, message: bytes) -> str:
    """The text of the refusal of a typed message; empty if its handler ran."""
    with server.channel() as channel:
        done = channel.unary_unary(f"{SERVICE}/Weigh").future(message, timeout=WAIT)
        assert done.code() in {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}, done.details()
        return done.details() or ""


def kept(server: Target, message: bytes) -> None:
    """A handler keeps the message, decoded; returns once it does."""
    client = server.client(window=0)
    client.socket.sendall(client.begin(f"{SERVICE}/Keep", b"", end=False))
    body = struct.pack(">BI", 0, len(message)) + message
    pieces = [body[at : at + 15 * KIB] for at in range(0, len(body), 15 * KIB)]
    stream = client.last_stream
    client.socket.sendall(b"".join(frame(DATA, 0, stream, piece) for piece in pieces) + frame(DATA, 1, stream, b""))
    while server.seen() == []:
        pass


def test_small_messages_in_a_typed_one(start: Start) -> None:
    """A message of 4 MiB, two million empty messages, for a handler that takes it decoded.

    Threshold: it is refused before it is decoded, with 24 MiB more memory; decoded it would take 600 MiB.
    """
    server = start()
    begun = server.memory()
    assert "over max_decoded_bytes = 134217728" in weighed(server, b"\x0a\x00" * (2 * MIB - 64))
    assert server.memory() - begun < 24 * MIB
    assert server.seen() == []
    assert server.is_served()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_typed_messages_take(start: Start, shape: str) -> None:
    """The largest message of small fields that is taken, whose handler keeps it.

    Threshold: no more memory than `max_decoded_bytes` (32 MiB) and the bytes themselves, and 4 MiB for an allocator.
    """
    fields = SHAPES[shape]
    probed = start(max_decoded_bytes=32 * MIB)
    largest, count = b"", 1 << 14
    while not weighed(probed, message := b"".join(map(fields, range(count)))):
        largest, count = message, count * 2
    server = start(max_decoded_bytes=32 * MIB)
    assert weighed(server, fields(0)) == ""
    server.seen()
    begun = server.memory()
    kept(server, largest)
    grown = server.memory() - begun
    assert grown < 32 * MIB + 2 * len(largest) + 4 * MIB
    # Nor is far less taken than there is room for: with twice as many it was refused.
    assert grown > 4 * MIB


def test_typed_messages_fill_the_budget(start: Start) -> None:
    """Messages of 6 to 8 MiB each once they are decoded, whose handlers keep them, against a budget of 48 MiB.

    Threshold: they stay within the budget together, and what does not fit is refused; raw calls go on.
    """
    server = start(max_buffered_bytes=48 * MIB, max_buffered_bytes_per_connection=48 * MIB)
    message = SHAPES["messages"](0) * (16 * KIB)
    begun = server.memory()
    kept_here = 0
    while not (refused := weighed(server, message)):
        server.seen()
        kept(server, message)
        kept_here += 1
    assert 4 <= kept_here <= 8
    assert "max_buffered_bytes = 50331648" in refused
    assert server.memory() - begun < 64 * MIB
    assert server.is_served()
