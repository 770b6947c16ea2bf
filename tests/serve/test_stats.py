"""What a server counts and measures: `server.stats()`."""

import time
from contextlib import closing
from pathlib import Path

import pytest
from clients import Call, with_grpcio
from gate import Gate
from processes import WAIT
from raw_client import RawClient, message

from spikard.grpc import MethodStats, Server, ServerStats, StatusCode, testing


def of(stats: ServerStats, method: str) -> MethodStats:
    """The values of one method."""
    return next(found for found in stats.methods if found.method == method)


def statuses(method: MethodStats) -> dict[StatusCode, int]:
    """How many calls ended with each status."""
    return {status.code: status.calls for status in method.statuses}


def until_ended(server: testing.TestServer, method: str, calls: int) -> MethodStats:
    """The values of a method once so many calls have ended; a client may know of the end a moment before."""
    end = time.monotonic() + WAIT
    while (found := of(server.stats(), method)).ended < calls:
        assert time.monotonic() < end, found
    return found


def test_calls_are_counted_by_method_status_and_limit(call: Call) -> None:
    with testing.serving("probes") as server:
        ten = b"0123456789"
        for kind, method, messages in (
            ("stream_unary", "Join", [ten] * 3),
            ("stream_stream", "Reverse", [ten] * 2),
            ("unary_stream", "Times", [b"4"]),
            ("unary_stream", "Count", [b"5"]),
            ("stream_stream", "Talk", [ten] * 3),
        ):
            answer = call(server.address, f"/probes.Probes/{method}", kind, messages)
            assert answer.code == "OK"
            found = until_ended(server, f"probes.Probes/{method}", 1)
            assert (found.started, statuses(found)) == (1, {StatusCode.OK: 1})
            assert (found.received_messages, found.received_bytes) == (len(messages), sum(map(len, messages)))
            assert (found.sent_messages, found.sent_bytes) == (len(answer.messages), sum(map(len, answer.messages)))
        assert call(server.address, "/probes.Probes/Join", "stream_unary", [b""] * 6).code == "RESOURCE_EXHAUSTED"
        found = until_ended(server, "probes.Probes/Join", 2)
        assert statuses(found) == {StatusCode.OK: 1, StatusCode.RESOURCE_EXHAUSTED: 1}
        assert found.refused == {"max_messages": 1}
        assert call(server.address, "/probes.Probes/Nothing", "unary_unary", [b""]).code == "UNIMPLEMENTED"
        assert statuses(until_ended(server, "other", 1)) == {StatusCode.UNIMPLEMENTED: 1}
        # What Python lets go of a moment after its answer.
        end = time.monotonic() + WAIT
        while (stats := server.stats()).buffered_bytes:
            assert time.monotonic() < end, stats
    assert stats.accepted_connections >= 1
    assert stats.waiting_calls == 0


def test_times_are_measured_once_somebody_has_asked() -> None:
    with testing.serving("probes") as server:
        join, method = ("/probes.Probes/Join", "stream_unary"), "probes.Probes/Join"
        assert with_grpcio(server.address, join[0], "stream_unary", [b"ab"]).code == "OK"
        (status,) = until_ended(server, method, 1).statuses
        assert (status.calls, status.duration) == (1, None)
        assert with_grpcio(server.address, join[0], "stream_unary", [b"ab"]).code == "OK"
        found = until_ended(server, method, 2)
        (status,) = found.statuses
        assert status.duration is not None
        assert status.received_bytes is not None
        assert (status.calls, status.duration.count, status.received_bytes.sum) == (2, 1, 2.0)
        assert len(status.duration.counts) == len(status.duration.bounds) + 1
        assert 0 < found.buffered + found.queued + found.handled <= status.duration.sum


def test_calls_that_wait_for_python_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a handler holds the only thread: the time of the next call is spent in the queue, and so it says."""
    monkeypatch.setenv("GATE", str(tmp_path / "gate"))
    with (
        Gate(tmp_path / "gate") as gate,
        testing.serving("gated", threads=1) as server,
        closing(RawClient(server.address)) as client,
    ):
        server.stats()
        client.socket.sendall(client.begin("/gated.Gated/Block", message(b"one")))
        first = gate.arrival()
        client.socket.sendall(client.begin("/gated.Gated/Block", message(b"two")))
        end = time.monotonic() + WAIT
        while (stats := server.stats()).waiting_calls != 1:
            assert time.monotonic() < end, stats
        found = of(stats, "gated.Gated/Block")
        assert (found.started, found.ended, stats.open_connections) == (2, 0, 1)
        assert stats.buffered_bytes >= len(b"onetwo")
        first.close()
        gate.arrival().close()
        found = until_ended(server, "gated.Gated/Block", 2)
        assert found.queued > 0


@pytest.mark.asyncio
async def test_before_it_starts_and_after_it_has_stopped() -> None:
    server = Server("probes", bind="127.0.0.1:0")
    assert server.stats() == ServerStats(0, 0, 0, 0, ())
    async with server:
        assert of(server.stats(), "probes.Probes/Echo").started == 0
    assert of(server.stats(), "probes.Probes/Echo").started == 0
