"""What is bounded stays bounded: memory that Python holds, calls that wait, uploads that a client sends again."""

import contextlib
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

import bounded
import pytest
from processes import WAIT, serving
from retries import policy
from wire import grpc

from spikard.grpc.testing import serving as served_here

MIB = 1 << 20
HOLD = "/bounded.Bounded/Hold"
COUNT = "/bounded.Bounded/Count"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    bounded.OPEN.clear()
    bounded.COUNTS.clear()
    yield
    bounded.OPEN.set()


def channel(address: str, **options: Any) -> Any:
    return grpc.insecure_channel(address, [(f"grpc.{name}", value) for name, value in options.items()])


def failed(call: Any) -> tuple[str, str]:
    """The code and the text of a call that must fail."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return raised.value.code().name, raised.value.details()


def test_what_a_thread_still_holds_is_charged() -> None:
    """A `def` handler goes on after its client has gone, with its messages."""
    with served_here("bounded", max_buffered_bytes="8MiB") as server, channel(server.address) as client:
        upload = client.stream_unary(HOLD)
        given_up = upload.future(iter([bytes(3 * MIB)] * 2))
        assert bounded.ENTERED.acquire(timeout=WAIT)
        given_up.cancel()
        code, text = failed(lambda: client.stream_unary(COUNT)(iter([bytes(3 * MIB)]), timeout=WAIT))
        assert code == "RESOURCE_EXHAUSTED"
        assert "max_buffered_bytes = 8388608" in text
        bounded.OPEN.set()
        assert any(_is_admitted(client, 3 * MIB) for _ in range(1000))


def _is_admitted(client: Any, size: int) -> bool:
    try:
        client.stream_unary(COUNT)(iter([bytes(size)]), timeout=WAIT)
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
            raise
        return False
    return True


def test_calls_that_wait_for_a_thread_are_limited() -> None:
    """Those over the limit are refused by its name, and the others are answered."""
    with served_here("bounded", threads=1, max_waiting_calls=2) as server, channel(server.address) as client:
        upload = client.stream_unary(HOLD)
        running = upload.future(iter([b"a"]))
        assert bounded.ENTERED.acquire(timeout=WAIT)
        others = [upload.future(iter([b"a"])) for _ in range(6)]
        statuses = _until_refused(others, 4)
        assert all("max_waiting_calls = 2" in text for text in statuses)
        bounded.OPEN.set()
        assert running.result(timeout=WAIT) == b"1"


def _until_refused(calls: list[Any], number: int) -> list[str]:
    """The texts of the calls that are refused, once there are so many."""
    done = threading.Semaphore(0)

    def release(_: Any) -> None:
        done.release()

    for call in calls:
        call.add_done_callback(release)
    for _ in range(number):
        assert done.acquire(timeout=WAIT)
    refused = [call for call in calls if call.done()]
    assert len(refused) == number
    assert {call.code() for call in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    return [call.details() for call in refused]


def test_no_batch_is_incomplete_after_a_refusal() -> None:
    """grpcio leaves out messages when it sends an upload again by itself, so it is told not to."""
    messages, bytes_each, refusals = 1000, 150, 0
    with (
        served_here("bounded", max_buffered_bytes=300_000, max_message_bytes="250KB") as server,
        channel(server.address) as others,
        channel(server.address, service_config=policy(5, "RESOURCE_EXHAUSTED", "UNAVAILABLE")) as client,
    ):
        while refusals < 100:
            let_go = threading.Event()
            hog = _hold(others, 240_000, let_go)
            upload = client.stream_unary(COUNT).future(itertools.repeat(bytes(bytes_each), messages))
            with contextlib.suppress(grpc.FutureTimeoutError):
                # It would be sent again and again until there is room.
                refusals += upload.exception(timeout=0.1) is not None
            let_go.set()
            hog.exception(timeout=WAIT)
            upload.exception(timeout=WAIT)
            assert set(bounded.COUNTS) <= {1, messages}


def _hold(client: Any, size: int, let_go: threading.Event) -> Any:
    """An upload that holds so much of the budget; it is not admitted while the call before it is still charged."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        hog = client.stream_unary(COUNT).future(_one_and_wait(bytes(size), let_go))
        while not hog.done():
            if not _is_admitted(client, 100_000):
                return hog
    raise AssertionError("nothing holds the budget")


def _one_and_wait(message: bytes, let_go: threading.Event) -> Iterator[bytes]:
    yield message
    let_go.wait(WAIT)


def test_a_server_that_is_about_to_drain_is_not_healthy_and_still_serves() -> None:
    """Health says so before the listener closes."""
    with serving("bounded", "--drain-delay", "1s", "--grace", "30s") as served, channel(served.address) as client:
        watch = client.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=WAIT)
        assert next(watch) == b"\x08\x01"
        served.process.terminate()
        assert next(watch) == b"\x08\x02"
        with channel(served.address, use_local_subchannel_pool=1) as late:
            assert late.unary_unary("/bounded.Bounded/Echo")(b"late", timeout=WAIT) == b"late"
        assert served.process.wait(WAIT) == 0
