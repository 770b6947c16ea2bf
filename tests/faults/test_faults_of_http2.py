"""HTTP/2: what clients can do to a connection, their own and those of others.

Each test has one fault, and the threshold that it must keep with its reason.
"""

import os
import struct

import pytest
from raw_client import (
    ACK,
    CONTINUATION,
    DATA,
    END_STREAM,
    HEADERS,
    PING,
    RST_STREAM,
    SETTINGS,
    RawClient,
    frame,
    message,
)
from targets import KIB, MIB, SERVICE, WAIT, Start

CANCEL = struct.pack(">I", 8)


def test_cancelled_calls_of_a_burst(start: Start) -> None:
    """255 calls that are cancelled in the segment that begins them, as a client does whose deadlines pass at once.

    Threshold: the call beside them is answered: as many may be cancelled as a connection may have in flight.
    """
    server = start()
    client = server.client()
    upload = client.begin(f"{SERVICE}/Count", message(b"first"), end=False)
    stream = client.last_stream
    client.socket.sendall(upload)
    calls = [
        client.begin(f"{SERVICE}/Echo", message(b"")) + frame(RST_STREAM, 0, client.last_stream, CANCEL)
        for _ in range(255)
    ]
    client.socket.sendall(b"".join(calls))
    client.socket.sendall(frame(DATA, END_STREAM, stream, message(b"second")))
    assert _answer(client, stream) == b"2"


def test_late_frames_of_refused_uploads(start: Start) -> None:
    """1,500 uploads that are refused while their clients still send: a frame each comes too late, as on a long line.

    Threshold: the call beside them is answered. Ten thousand late frames of each call in flight are no attack.
    """
    server = start(max_message_bytes=KIB)
    client = server.client()
    upload = client.begin(f"{SERVICE}/Count", message(b"first"), end=False)
    stream = client.last_stream
    client.socket.sendall(upload)
    for _ in range(6):
        first = client.last_stream + 2
        too_large = struct.pack(">BI", 0, 2 * KIB)
        calls = [client.begin(f"{SERVICE}/Count", too_large, end=False) for _ in range(250)]
        client.socket.sendall(b"".join(calls))
        client.until(RST_STREAM, 250)
        late = [frame(DATA, 0, late, b"a") for late in range(first, first + 500, 2)]
        client.socket.sendall(b"".join(late))
    client.socket.sendall(frame(DATA, END_STREAM, stream, message(b"second")))
    assert _answer(client, stream) == b"2"


def test_small_messages_of_a_frame_each(start: Start) -> None:
    """10,000 messages of a byte, each in a DATA frame of its own, on 20 streams at once.

    Threshold: all are served. That is legal, and how clients send that write message by message.
    """
    server = start()
    client = server.client()
    streams = []
    for _ in range(20):
        client.socket.sendall(client.begin(f"{SERVICE}/Count", b"", end=False))
        streams.append(client.last_stream)
    small = message(b"a")
    client.socket.sendall(b"".join(frame(DATA, 0, stream, small) * 10_000 for stream in streams))
    client.socket.sendall(b"".join(frame(DATA, END_STREAM, stream, b"") for stream in streams))
    answers = [payload[5:] for _flags, payload in client.until(DATA, 20)]
    assert answers == [b"10000"] * 20


@pytest.mark.parametrize("size", [20 * KIB, 60 * KIB])
def test_large_metadata(start: Start, size: int) -> None:
    """Metadata of 20 KiB, as large tokens are, and of just under 64 KiB.

    Threshold: it is taken; `max_header_list_size` is 64 KiB.
    """
    server = start()
    with server.channel(max_metadata_size=MIB, absolute_max_metadata_size=MIB) as client:
        echo = client.unary_unary(f"{SERVICE}/Echo")
        assert echo(b"a", metadata=[("x-token", "a" * size)], timeout=WAIT) == b"a"


FLOODS = {
    "PINGs": frame(PING, 0, 0, bytes(8)),
    "acknowledgements of PINGs that were not sent": frame(PING, ACK, 0, bytes(8)),
    "SETTINGS": frame(SETTINGS, 0, 0, b""),
    "frames of an unknown type": frame(0x77, 0, 0, bytes(100)),
    "frames of a CONTINUATION without an end": frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b" * 100),
    "empty frames of DATA": frame(DATA, 0, 1, b""),
    "headers and resets": b"",
}


@pytest.mark.parametrize("kind", FLOODS)
def test_floods(start: Start, kind: str) -> None:
    """200,000 frames that carry nothing, or as many as the server takes before it ends the connection.

    Threshold: 16 MiB more memory, and others are served.
    """
    server = start()
    assert server.is_served()
    begun = server.memory()
    client = server.client()
    opened = client.begin(f"{SERVICE}/Count", b"", end=False)
    if kind.startswith("frames of a CONT"):
        opened = frame(HEADERS, 0, 1, b"\x00\x01a\x01b")
    client.socket.sendall(opened)
    for _ in range(200):
        flood = FLOODS[kind] * 1000 or _resets(client, 1000)
        try:
            client.socket.sendall(flood)
            client.socket.setblocking(False)
            while client.socket.recv(1 << 18):
                pass
            break
        except BlockingIOError:
            client.socket.settimeout(WAIT)
        except ConnectionError:
            break
    assert server.memory() - begun < 16 * MIB
    assert server.is_served()


def test_garbage(start: Start) -> None:
    """200 connections with bytes that are no HTTP/2, and 200 with an HTTP/1.1 request.

    Threshold: each is closed, and others are served.
    """
    server = start()
    for first in (b"", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
        for _ in range(100):
            client = server.client(silent=True)
            # Not the length of a frame that may be as long, of which the server would wait for the rest.
            client.socket.sendall(first + b"\xff" + os.urandom(100))
            _closed(client)
    for _ in range(200):
        client = server.client(silent=True)
        client.socket.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        _closed(client)
    assert server.is_served()


def test_unread_messages_of_a_stream(start: Start) -> None:
    """Sixteen full-duplex calls whose handler does not read, for 4 MiB of messages each.

    Threshold: 80 MiB more memory: the messages, and what h2 keeps of frames. Calls beside them go on.
    """
    server = start()
    begun = server.memory()
    client = server.client()
    for _ in range(16):
        client.socket.sendall(client.begin(f"{SERVICE}/Hang", b"", end=False))
        stream = client.last_stream
        sent = b"".join(frame(DATA, 0, stream, message(bytes(16 * KIB - 5))) for _ in range(256))
        client.socket.sendall(sent)
    assert client.call_many(f"{SERVICE}/Echo", [b"one"]) == [b"one"]
    assert server.memory() - begun < 80 * MIB


def _answer(client: RawClient, stream: int) -> bytes:
    """The one message of a response."""
    for kind, _, of, payload in client.frames():
        if kind == DATA and of == stream and payload:
            return bytes(payload[5:])
    raise AssertionError


def _resets(client: RawClient, times: int) -> bytes:
    calls = []
    for _ in range(times):
        calls.append(client.begin(f"{SERVICE}/Echo", b"", end=False))
        calls.append(frame(RST_STREAM, 0, client.last_stream, CANCEL))
    return b"".join(calls)


def _closed(client: RawClient) -> None:
    """Waits for the end of the connection."""
    try:
        while client.socket.recv(1 << 16):
            pass
    except ConnectionError:
        pass
