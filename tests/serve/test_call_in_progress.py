"""What a handler asks of its call while it runs: who gave it up, its end, and work beside it."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import around
import pytest
from processes import WAIT, Served, serving
from raw_client import RawClient, message
from wire import aio, grpc

from spikard.grpc import Call, GrpcError, GrpcRequest, GrpcResponse, Server, grpc_stream
from spikard.grpc.testing import Client


@pytest.fixture
def served() -> Iterator[Served]:
    """The application, alone: a test reads what it prints."""
    with serving("around", "--grace", "10s") as served:
        yield served


@pytest.fixture
def channel(served: Served) -> Iterator[Any]:
    """A connection to it."""
    with grpc.insecure_channel(served.address) as channel:
        yield channel


def test_a_client_cancels_a_coroutine(served: Served, channel: Any) -> None:
    """It gets `CancelledError`, and knows whose doing it is; the callback comes first."""
    call = channel.unary_unary("/around.Around/Wait").future(b"", timeout=WAIT)
    served.out.wait_for("waits")
    call.cancel()
    served.out.wait_for("end client\ncancelled by client\n")


def test_a_client_cancels_a_stream(served: Served, channel: Any) -> None:
    """Also one whose response has begun."""
    call = channel.stream_stream("/around.Around/StreamOn")(iter([b""]), timeout=WAIT)
    assert next(call) == b"begun"
    call.cancel()
    served.out.wait_for("end client\n")


def test_a_client_that_goes_sets_a_thread_free(served: Served) -> None:
    """The callback runs on the loop, while the thread waits."""
    with grpc.insecure_channel(served.address) as channel:
        call = channel.unary_unary("/around.Around/Work").future(b"", timeout=WAIT)
        served.out.wait_for("works")
        assert not call.done()
    served.out.wait_for("free True client\ntold: the client has cancelled the call, or has gone\n")


@pytest.mark.parametrize(("method", "said"), [("Wait", "cancelled by deadline"), ("Work", "free True deadline")])
def test_the_deadline_of_a_client(served: Served, method: str, said: str) -> None:
    """Of one that does not give up by itself at its deadline."""
    with closing(RawClient(served.address)) as client:
        timeout = [(b"grpc-timeout", b"200m")]
        client.socket.sendall(client.begin(f"/around.Around/{method}", message(b""), metadata=timeout))
        served.out.wait_for(said)


@pytest.mark.parametrize(("method", "said"), [("Wait", "cancelled by deadline"), ("Work", "free True deadline")])
def test_the_timeout_of_a_server(method: str, said: str) -> None:
    """The client would wait."""
    with serving("around", "--timeout", "200ms") as served, grpc.insecure_channel(served.address) as channel:
        with pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary(f"/around.Around/{method}")(b"", timeout=WAIT)
        assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        served.out.wait_for(said)


@pytest.mark.parametrize(
    ("method", "kind", "begun", "said"),
    [
        ("Wait", "unary_unary", "waits", "end shutdown\ncancelled by shutdown"),
        ("Work", "unary_unary", "works", "free True shutdown\ntold: the server shuts down"),
        ("StreamOn", "stream_stream", "", "end shutdown"),
    ],
)
def test_the_end_of_the_grace_period(method: str, kind: str, begun: str, said: str) -> None:
    """What is left then is cut off by the server."""
    with serving("around", "--grace", "300ms") as served, grpc.insecure_channel(served.address) as channel:
        call = getattr(channel, kind)(f"/around.Around/{method}")
        if kind == "unary_unary":
            running = call.future(b"", timeout=WAIT)
            served.out.wait_for(begun)
        else:
            running = call(iter([b""]), timeout=WAIT)
            assert next(running) == b"begun"
        assert served.stop() in {0, 1}
        served.out.wait_for(said)
        assert running.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("method", ["Done", "DoneInThread"])
def test_the_end_of_a_call_that_succeeds(served: Served, channel: Any, method: str) -> None:
    """The callback runs once, and nobody has cancelled it."""
    for times in (1, 2, 3):
        assert channel.unary_unary(f"/around.Around/{method}")(b"", timeout=WAIT) == b"done"
        served.out.wait_for("done False", times)
    assert served.stop() == 0
    assert served.out.whole().count("done False") == 3
    assert "done True" not in served.out.whole()


def test_a_client_that_breaks_off_after_the_answer() -> None:
    """The handler had finished: nothing was cancelled."""
    with serving("around") as served:
        with closing(RawClient(served.address)) as client:
            assert client.call_many("/around.Around/Done", [b""]) == [b"done"]
        served.out.wait_for("done False")


@pytest.mark.parametrize("method", ["Spawn", "SpawnInThread"])
def test_the_end_of_the_server_waits_for_what_calls_have_spawned(
    served: Served, channel: Any, method: str, tmp_path: Path
) -> None:
    """In the context of the call, from the loop and from a thread; the answer does not wait."""
    held = tmp_path / "held"
    held.touch()
    assert channel.unary_unary(f"/around.Around/{method}")(str(held).encode(), timeout=WAIT) == b"spawned"
    served.out.wait_for("begun for nobody")
    served.process.send_signal(signal.SIGTERM)
    served.err.wait_for("draining")
    assert served.process.poll() is None
    held.unlink()
    assert served.process.wait(WAIT) == 0
    served.out.wait_for("finished for nobody")


def test_work_that_does_not_end_is_cancelled_before_the_lifespan_is_left() -> None:
    """At the end of the grace period, by its name."""
    with serving("around", "--lifespan", "around:resources", "--grace", "300ms") as served:
        with grpc.insecure_channel(served.address) as channel:
            channel.unary_unary("/around.Around/Spawn")(b"for ever", timeout=WAIT)
            served.out.wait_for("begun for")
        assert served.stop() == 0
        served.err.wait_for("cancelled, because the grace period is over: left_behind")
        text = served.out.whole()
        assert text.index("cut off") < text.index("left ")


@pytest.mark.asyncio
async def test_a_second_stop_with_a_shorter_grace_period() -> None:
    """It ends the wait for what calls have spawned, too."""
    begun = asyncio.Event()
    cut_off = asyncio.Event()

    async def stay() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    @grpc_stream(service="progress.Test")
    async def leave(request: GrpcRequest) -> GrpcResponse:
        request.call.spawn(stay())
        return GrpcResponse()

    async with Server(leave, bind="127.0.0.1:0", grace=WAIT * 2) as server:
        async with aio.insecure_channel(server.address) as channel:
            await channel.unary_unary("/progress.Test/Leave")(b"", timeout=WAIT)
        await begun.wait()
        stopping = asyncio.ensure_future(server.stop())
        await asyncio.sleep(0)
        assert not cut_off.is_set()
        await asyncio.wait_for(server.stop(0), WAIT)
        assert cut_off.is_set()
        await stopping


def test_what_goes_wrong_beside_a_call_is_logged(served: Served, channel: Any) -> None:
    """The call has its answer."""
    channel.unary_unary("/around.Around/Spawn")(b"fail", timeout=WAIT)
    served.err.wait_for(r"left_behind, beside a call, raised OSError\n(.*\n)*OSError: the mail server is down")
    channel.unary_unary("/around.Around/Misuse")(b"callback", timeout=WAIT)
    served.err.wait_for(r"for the end of a call, raised ZeroDivisionError")
    assert "/spikard/_runtime/" not in served.err.text()


def test_a_callback_after_the_end_is_called_at_once() -> None:
    """Such as from a thread that goes on after its call."""
    called = threading.Event()
    kept: list[Call] = []

    @grpc_stream(service="progress.Test")
    async def keep(request: GrpcRequest) -> GrpcResponse:
        kept.append(request.call)
        return GrpcResponse()

    @grpc_stream(service="progress.Test")
    async def ask(request: GrpcRequest) -> GrpcResponse:
        kept[0].on_end(called.set)
        assert not kept[0].is_cancelled()
        return GrpcResponse(str(called.is_set()).encode())

    with Client(keep, ask) as client:
        client.call(keep)
        assert client.call(ask).payload == b"True"


def test_a_client_of_tests_that_is_closed_shuts_its_calls_down() -> None:
    """As a server does."""
    causes: list[Any] = []
    begun = threading.Event()

    @grpc_stream(service="progress.Test")
    async def stay(request: GrpcRequest) -> GrpcResponse:
        request.call.on_end(lambda: causes.append(request.call.cancelled_by))
        begun.set()
        await asyncio.Event().wait()
        return GrpcResponse()

    @grpc_stream(service="progress.Test")
    def stay_in_thread(request: GrpcRequest) -> GrpcResponse:
        free = threading.Event()
        request.call.on_end(free.set)
        begun.set()
        free.wait(WAIT)
        causes.append(request.call.cancelled_by)
        return GrpcResponse()

    for handler in (stay, stay_in_thread):
        begun.clear()
        client = Client(handler)
        with client:
            thread = threading.Thread(target=_call, args=(client, handler))
            thread.start()
            assert begun.wait(WAIT)
        thread.join(WAIT)
    assert causes == ["shutdown", "shutdown"]


def _call(client: Client, handler: Any) -> None:
    with pytest.raises(GrpcError, match="UNAVAILABLE"):
        client.call(handler)


def test_a_call_of_a_test_has_no_server() -> None:
    """Nobody gives it up; what it spawns runs on the loop of the test."""
    call = Call(extensions={"user": "ann"})
    assert (call.cancelled_by, call.is_cancelled(), call.extensions["user"]) == (None, False, "ann")
    call.raise_if_cancelled()
    call.on_end(lambda: None)

    async def spawned() -> list[int]:
        done: list[int] = []

        async def work() -> None:
            done.append(1)

        call.spawn(work())
        await asyncio.sleep(0)
        return done

    assert asyncio.run(spawned()) == [1]
    with pytest.raises(RuntimeError, match="spawn needs the event loop of a server"):
        call.spawn(around.left_behind(""))
