"""Handlers that stream, called as functions, and what they are written with."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from spikard._runtime.flushing import flushing
from spikard._runtime.lookup import find
from spikard.grpc import Call, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest
from spikard.grpc._call import SET_IN_THE_RESPONSE


async def talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
    request.call.set_initial_metadata({"x-session": "7"})
    count = 0
    async for message in request.messages:
        count += 1
        yield message.upper()
    request.call.set_trailers({"x-count": str(count)})


async def generated() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


@pytest.mark.asyncio
@pytest.mark.parametrize("messages", [lambda: [b"one", b"two"], lambda: (b"one", b"two"), generated])
async def test_a_handler_is_called_as_a_function(messages: Callable[[], Any]) -> None:
    request = GrpcDuplexRequest(messages(), service_name="s.S", method_name="M")
    assert [message async for message in talk(request)] == [b"ONE", b"TWO"]
    assert request.call.initial_metadata == {"x-session": "7"}
    assert request.call.trailers == {"x-count": "2"}


@pytest.mark.asyncio
async def test_a_response_has_a_stream_whatever_it_is_made_from() -> None:
    for messages in ([b"one", b"two"], generated()):
        response = GrpcDuplexResponse(messages, metadata={"a": "1"}, trailers={"b": "2"})
        assert [message async for message in response.messages] == [b"one", b"two"]
    assert [message async for message in GrpcDuplexResponse().messages] == []


@pytest.mark.parametrize("kind", [GrpcDuplexRequest, GrpcDuplexResponse])
@pytest.mark.parametrize("messages", [b"one", "one", bytearray(), memoryview(b"")])
def test_one_message_is_not_a_stream(kind: Any, messages: Any) -> None:
    with pytest.raises(TypeError, match=r"write \[message\]"):
        kind(messages)


def test_each_call_has_metadata_of_its_own() -> None:
    one, other = GrpcRequest(), GrpcRequest()
    one.call.set_trailers([("x-tag", "a"), ("x-tag", "b")])
    assert one.call.trailers.get_all("x-tag") == ["a", "b"]
    assert other.call.trailers == {}
    one.call.set_trailers({})
    assert one.call.trailers == {}


def test_metadata_of_a_call_is_checked_where_it_is_set() -> None:
    with pytest.raises(TypeError, match="write str"):
        Call().set_initial_metadata({"x-count": 3})


def test_a_buffered_call_says_where_metadata_belongs() -> None:
    call = Call(_response_metadata=SET_IN_THE_RESPONSE)
    for setter in (call.set_initial_metadata, call.set_trailers):
        with pytest.raises(RuntimeError, match="GrpcResponse"):
            setter({"a": "1"})
    # One object for all calls: what one put there, the next would find.
    for name in ("initial_metadata", "trailers"):
        with pytest.raises(RuntimeError, match="GrpcResponse"):
            getattr(call, name)


def test_certificates_are_not_printed() -> None:
    call = Call(peer="127.0.0.1:5", peer_certs=(b"0" * 1000,))
    assert repr(call) == "Call(peer='127.0.0.1:5', deadline=None)"
    assert pickle.loads(pickle.dumps(call)).peer_certs == call.peer_certs


async def steps(log: list[str]) -> None:
    log.append("one")
    await asyncio.sleep(0)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        log.append("cancelled")
        await asyncio.sleep(0)
        log.append("cleaned up")
        raise


@pytest.mark.asyncio
async def test_flushing_sees_each_wait_and_passes_a_cancellation_on() -> None:
    log: list[str] = []
    waits = 0

    def flush() -> None:
        nonlocal waits
        waits += 1

    async def run() -> None:
        await flushing(steps(log), flush)

    task = asyncio.ensure_future(run())
    for _ in range(3):
        await asyncio.sleep(0)
    assert (log, waits) == (["one"], 2)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert (log, waits) == (["one", "cancelled", "cleaned up"], 3)


@pytest.mark.asyncio
async def test_what_cannot_be_flushed_is_raised_in_the_coroutine() -> None:
    cleaned_up: list[str] = []

    async def handler() -> None:
        try:
            await asyncio.sleep(0)
        except MemoryError:
            await asyncio.sleep(0)
            cleaned_up.append("handler")
            raise

    faults: list[Exception] = [MemoryError("too much")]

    def flush() -> None:
        if faults:
            raise faults.pop()

    with pytest.raises(MemoryError, match="too much"):
        await flushing(handler(), flush)
    assert cleaned_up == ["handler"]


@pytest.mark.asyncio
async def test_flushing_is_over_with_the_coroutine() -> None:
    async def fail() -> None:
        raise KeyError("text")

    with pytest.raises(KeyError, match="text"):
        await flushing(fail(), lambda: None)


def def_generator(request: GrpcRequest) -> Iterator[bytes]:
    yield request.payload


class WithDefGenerator:
    def __call__(self, request: GrpcRequest) -> Iterator[bytes]:
        yield request.payload


with_def_generator: Callable[..., Any] = WithDefGenerator()


@pytest.mark.parametrize("name", ["def_generator", "with_def_generator"])
def test_a_def_that_yields_runs_in_a_thread(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = type(pytest)("streaming_handlers")
    module.handler = globals()[name]
    monkeypatch.setitem(__import__("sys").modules, "streaming_handlers", module)
    assert find("streaming_handlers:handler").on_loop is False


def test_an_async_generator_runs_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = type(pytest)("streaming_handlers")
    module.talk = talk
    monkeypatch.setitem(__import__("sys").modules, "streaming_handlers", module)
    assert find("streaming_handlers:talk").on_loop
