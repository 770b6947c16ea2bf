"""gRPC: requests that are broken off or broken, and clients that send again by themselves.

Each test has one fault, and the threshold that it must keep with its reason.
"""

import itertools
import signal
import struct
from collections.abc import Callable, Iterator

import pytest
from raw_client import DATA, END_STREAM, HEADERS, RST_STREAM, RawClient, frame, message
from retries import policy
from targets import KIB, MIB, SERVICE, WAIT, Start
from wire import grpc

COUNT = f"{SERVICE}/Count"
FIRST = message(b"first")


def _reset(code: int) -> Callable[[RawClient], None]:
    def reset(client: RawClient) -> None:
        client.socket.sendall(frame(RST_STREAM, 0, client.last_stream, struct.pack(">I", code)))

    return reset


def _ended_with(body: bytes) -> Callable[[RawClient], None]:
    def end(client: RawClient) -> None:
        client.socket.sendall(frame(DATA, END_STREAM, client.last_stream, body))

    return end


BREAKS: dict[str, Callable[[RawClient], None]] = {
    "RST_STREAM with CANCEL": _reset(8),
    "RST_STREAM with NO_ERROR": _reset(0),
    "RST_STREAM with INTERNAL_ERROR": _reset(2),
    "the connection closed": RawClient.close,
    "a half-close within a message": _ended_with(message(b"second")[:-1]),
    "a half-close within a prefix": _ended_with(message(b"second")[:3]),
    "a flag that is none": _ended_with(b"\x02" + message(b"second")[1:]),
    "a compressed message without grpc-encoding": _ended_with(b"\x01" + message(b"second")[1:]),
    "a message over the limit": _ended_with(struct.pack(">BI", 0, 8 * MIB)),
    "DATA after the half-close": lambda client: client.socket.sendall(
        frame(DATA, 0, client.last_stream, b"\x00\x00") + frame(DATA, END_STREAM, client.last_stream + 2, b"")
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_request_that_is_broken_off(start: Start, how: str) -> None:
    """An upload that ends otherwise than with a half-close after a whole message, fifty times, at once.

    Threshold: no handler runs. All or nothing.
    """
    server = start()
    for _ in range(50):
        client = server.client()
        client.socket.sendall(client.begin(COUNT, FIRST, end=False))
        BREAKS[how](client)
    assert server.is_served()
    assert server.seen() == []


def test_uploads_that_clients_send_again(start: Start) -> None:
    """A hundred uploads that are refused half-way, for a client with a retry policy.

    Threshold: no handler sees a part of a batch. grpcio leaves out messages when it sends an upload a second time.
    """
    messages = 1000
    server = start(max_buffered_bytes=400_000, max_message_bytes=300_000)
    hog = server.client()
    hold = message(bytes(280_000))
    with server.channel(service_config=policy(5, "RESOURCE_EXHAUSTED", "UNAVAILABLE")) as client:
        upload = client.stream_unary(COUNT)
        refused = 0
        while refused < 100:
            hog.socket.sendall(hog.begin(COUNT, b"", end=False))
            pieces = [hold[at : at + 16 * KIB] for at in range(0, len(hold), 16 * KIB)]
            hog.socket.sendall(b"".join(frame(DATA, 0, hog.last_stream, piece) for piece in pieces))
            sent = [upload.future(itertools.repeat(bytes(200), messages)) for _ in range(4)]
            refused += sum(call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED for call in sent)
            _reset(8)(hog)
    assert set(server.seen()) <= {messages}


def test_uploads_beside_calls_that_are_cancelled_at_once(start: Start) -> None:
    """Uploads of a client that begins 60 other calls while the server stands still, and gives them up, 20 times.

    Threshold: each upload is whole, and answered. After a GOAWAY the client would send it again, in part.
    """
    messages = 200
    server = start()

    def beside(others: Callable[[], None]) -> Iterator[bytes]:
        for number in range(messages):
            if number == messages // 2:
                others()
            yield bytes(100)

    def give_up() -> None:
        server.process.send_signal(signal.SIGSTOP)
        calls = [echo.future(b"", timeout=0.05) for _ in range(60)]
        for call in calls:
            call.exception(timeout=WAIT)
        server.process.send_signal(signal.SIGCONT)

    with server.channel() as client:
        upload, echo = client.stream_unary(COUNT), client.unary_unary(f"{SERVICE}/Echo")
        for _ in range(20):
            assert upload(beside(give_up), timeout=WAIT) == str(messages).encode()
    assert server.seen() == [messages] * 20


@pytest.mark.parametrize("size", [KIB, 20 * KIB, 200 * KIB])
def test_long_texts_of_statuses(start: Start, size: int) -> None:
    """A handler's status with a text of up to 200 KiB.

    Threshold: the client gets its code, within the 8 KiB of metadata that grpcio reads by default.
    """
    server = start()
    with server.channel() as client, pytest.raises(grpc.RpcError) as raised:
        client.unary_unary(f"{SERVICE}/Fail")(str(size).encode(), timeout=WAIT)
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert raised.value.details().startswith("x" * KIB)


def test_headers_that_are_not_what_they_should_be(start: Start) -> None:
    """Timeouts, encodings and binary metadata that the specification does not know.

    Threshold: each is refused with a status, and no handler runs.
    """
    server = start()
    client = server.client()
    wrong = [
        (b"grpc-timeout", b"1x"),
        (b"grpc-timeout", b"123456789S"),
        (b"grpc-timeout", b"-1S"),
        (b"grpc-encoding", b"br"),
        (b"grpc-encoding", b""),
    ]
    for header in wrong:
        client.socket.sendall(client.begin(COUNT, FIRST, metadata=[header]))
        [(flags, _)] = client.until(HEADERS)
        assert flags & END_STREAM, header
    assert server.seen() == []
