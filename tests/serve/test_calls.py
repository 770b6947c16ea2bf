"""Kinds, metadata, limits, deadlines and cancellation, as both clients see them."""

import asyncio
import random
import uuid

import pytest
from clients import Call, Kind
from processes import WAIT, Served
from wire import aio, grpc


@pytest.mark.parametrize(
    ("method", "kind", "sent", "received"),
    [
        ("Echo", "unary_unary", [b"one"], [b"one"]),
        ("EchoInThread", "unary_unary", [b"one"], [b"one"]),
        ("Times", "unary_stream", [b"3"], [b"0", b"1", b"2"]),
        ("Times", "unary_stream", [b"0"], []),
        ("Join", "stream_unary", [b"a", b"", b"c"], [b"ac"]),
        ("Join", "stream_unary", [], [b""]),
        ("Count", "unary_stream", [b"3"], [b"0", b"1", b"2"]),
        ("Talk", "stream_stream", [b"a", b"b"], [b"A", b"B"]),
        ("Reverse", "stream_stream", [b"a", b"b", b"c"], [b"c", b"b", b"a"]),
    ],
)
def test_kinds(probes: Served, call: Call, method: str, kind: Kind, sent: list[bytes], received: list[bytes]) -> None:
    """Every kind, in order."""
    answer = call(probes.address, f"/probes.Probes/{method}", kind, sent)
    assert (answer.code, answer.messages) == ("OK", received)


@pytest.mark.parametrize(
    ("method", "kind", "sizes"),
    [
        ("Echo", "unary_unary", [3 << 20]),
        ("EchoInThread", "unary_unary", [1 << 20]),
        ("Reverse", "stream_stream", [1 << 20, 1, 256 << 10, (256 << 10) - 1]),
        ("Reverse", "stream_stream", [4096] * 100),
    ],
)
def test_large_messages_lose_nothing(probes: Served, call: Call, method: str, kind: Kind, sizes: list[int]) -> None:
    """What is copied while other threads have the interpreter."""
    sent = [random.Random(index).randbytes(size) for index, size in enumerate(sizes)]
    answer = call(probes.address, f"/probes.Probes/{method}", kind, sent)
    assert answer.code == "OK"
    assert answer.messages == sent[::-1]


def test_def_handlers_run_in_threads(probes: Served, call: Call) -> None:
    """A `def` does not run on the loop."""
    answer = call(probes.address, "/probes.Probes/EchoInThread", "unary_unary", [b""])
    assert dict(answer.metadata)["x-thread"].startswith("spikard-def-")


def test_metadata_loses_nothing(probes: Served, call: Call) -> None:
    """Repeated and binary keys, there and back, as metadata and as trailers."""
    sent = [("x-tag", "a"), ("x-tag", "b"), ("x-raw-bin", b"\x00\xff"), ("x-one", "1")]
    answer = call(probes.address, "/probes.Probes/Echo", "unary_unary", [b""], sent)
    assert sorted(map(str, answer.metadata)) == sorted(map(str, sent))
    assert sorted(map(str, answer.trailers)) == sorted(map(str, sent))


@pytest.mark.parametrize(
    ("sent", "limit"),
    [
        ([b"x"] * 6, "max_messages = 5"),
        ([b"x" * 101], "max_message_bytes = 100"),
        ([b"x" * 100] * 3, "max_stream_bytes = 200"),
    ],
)
def test_limits_of_a_method(probes: Served, call: Call, sent: list[bytes], limit: str) -> None:
    """What goes over is refused with the limit's name and value, and the handler does not run."""
    before = call(probes.address, "/probes.Probes/Runs", "unary_unary", [b"join"]).messages
    answer = call(probes.address, "/probes.Probes/Join", "stream_unary", sent)
    assert answer.code == "RESOURCE_EXHAUSTED"
    assert limit in answer.text
    assert call(probes.address, "/probes.Probes/Runs", "unary_unary", [b"join"]).messages == before


def test_deadline_reaches_the_handler(probes: Served, call: Call) -> None:
    """The time that is left."""
    left = int(call(probes.address, "/probes.Probes/Deadline", "unary_unary", [b""], timeout=20).messages[0])
    # grpcio rounds what it sends up, by a hundred milliseconds here.
    assert 0 < left <= 21_000


def test_deadline_cancels_the_handler(probes: Served, call: Call) -> None:
    """The client's deadline, and the method's own."""
    # A deadline that passes before the handler has begun cancels nothing: the next is longer.
    for timeout in (0.3, 1, 3, 10):
        label = uuid.uuid4().hex
        answer = call(probes.address, "/probes.Probes/Hang", "unary_unary", [label.encode()], timeout=timeout)
        assert answer.code == "DEADLINE_EXCEEDED"
        if call(probes.address, "/probes.Probes/Runs", "unary_unary", [label.encode()]).messages == [b"1"]:
            break
    wait_for_runs(probes.address, f"{label}-cancelled", 1)
    answer = call(probes.address, "/probes.Probes/Short", "unary_unary", [b""])
    assert answer.code == "DEADLINE_EXCEEDED"


def test_cancellation_reaches_the_handler(probes: Served) -> None:
    """A call that the client gives up is cancelled."""
    label = uuid.uuid4().hex
    with grpc.insecure_channel(probes.address) as channel:
        future = channel.unary_unary("/probes.Probes/Hang").future(label.encode(), timeout=WAIT)
        wait_for_runs(probes.address, label, 1)
        future.cancel()
        wait_for_runs(probes.address, f"{label}-cancelled", 1)


def wait_for_runs(address: str, label: str, number: int) -> None:
    """Wait until something has run so often."""

    async def wait() -> None:
        async with aio.insecure_channel(address) as channel:
            runs = channel.unary_unary("/probes.Probes/Runs")
            while int(await runs(label.encode())) < number:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(wait(), WAIT))
