"""What newcomers write around their handlers, and what each is told: one clear message."""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import around
import pytest
from processes import WAIT, serving, spikard
from wire import grpc

from spikard.grpc import AnyRequest, AnyResponse, DefNext, GrpcRequest, GrpcResponse, Next, Server, grpc_stream
from spikard.grpc.testing import Client
from spikard.grpc.testing import serving as serving_here

HERE = __name__


async def bare() -> AsyncIterator[None]:
    yield


async def returning() -> object:
    return object()


def yielding() -> Iterator[None]:
    yield


@contextmanager
def synchronous() -> Generator[None]:
    yield


def nothing() -> None:
    pass


def _calls() -> object:
    return returning()


@asynccontextmanager
async def with_server(server: Server) -> AsyncGenerator[None]:
    yield


@asynccontextmanager
async def twice() -> AsyncGenerator[None]:
    yield
    yield


@asynccontextmanager
async def never() -> AsyncGenerator[None]:
    if os.environ.get("NEVER"):
        yield


async def one_argument(request: AnyRequest) -> AnyResponse:
    return GrpcResponse()


async def streaming(request: AnyRequest, call_next: Next) -> AsyncIterator[bytes]:
    yield b""


class Stack:
    async def __call__(self, request: AnyRequest, call_next: Next) -> AnyResponse:
        return await call_next(request)


def blocking(request: AnyRequest, call_next: DefNext) -> AnyResponse:
    return call_next(request)


AT_THE_START: list[tuple[dict[str, Any], type[Exception], str]] = [
    (
        {"lifespan": bare},
        TypeError,
        f"lifespan: {HERE}:bare is an async generator: put @contextlib.asynccontextmanager",
    ),
    ({"lifespan": returning}, TypeError, "returning is an async def that returns: put @contextlib.asynccontextmanager"),
    ({"lifespan": yielding}, TypeError, "yielding is a def that yields: make it an async def, with @contextlib.async"),
    ({"lifespan": with_server}, TypeError, "with_server is called without arguments, and its parameters are (server: "),
    ({"lifespan": around.resources()}, TypeError, "which is entered once: give the function that makes it"),
    ({"lifespan": 7}, TypeError, "lifespan: builtins:int is no function that makes an async context manager, but 7"),
    ({"lifespan": "resources"}, ValueError, 'lifespan must be the object itself or its "module:name", not "resources"'),
    ({"lifespan": "around.py:resources"}, ValueError, 'or its "module:name", not "around.py:resources"'),
    ({"lifespan": "around:resorces"}, AttributeError, 'which "around:resorces" names; did you mean "resources"?'),
    ({"lifespan": "broken_import:resources"}, ImportError, 'the module "broken_import" failed when it was imported'),
    (
        {"middleware": around.authenticate},
        TypeError,
        "middleware must be a list, outermost first: write [authentic",
    ),
    (
        {"middleware": "around:authenticate"},
        TypeError,
        'must be a list, outermost first: write ["around:authentic',
    ),
    ({"middleware": ["auht:authenticate"]}, ModuleNotFoundError, 'middleware: there is no module "auht"'),
    ({"middleware": [one_argument]}, TypeError, "must take two arguments, request and call_next; its parameters are ("),
    (
        {"middleware": [streaming]},
        TypeError,
        "streaming yields: middleware returns a response, and wraps that of a s",
    ),
    ({"middleware": [Stack]}, TypeError, "Stack is a class: give an instance that can be called, or a function"),
    ({"middleware": [around.get]}, TypeError, "around:get is a handler, which has @grpc_stream: middleware is a funct"),
    ({"middleware": [None]}, TypeError, "middleware: builtins:NoneType is no function, but None"),
    ({"middleware": [blocking]}, TypeError, "blocking is a def, which would block the event loop, and the handler aro"),
    (
        {"exceptions": [KeyError]},
        TypeError,
        "exceptions must be a mapping, as in {LookupError: StatusCode.NOT_FOUND}",
    ),
    ({"exceptions": {"KeyError": 5}}, TypeError, "exceptions: its keys must be exception types, and one is 'KeyError'"),
    ({"exceptions": {KeyError: 99}}, ValueError, "exceptions: 99 is not a status code"),
    ({"exceptions": {KeyError: "OK"}}, ValueError, "exceptions: a failure cannot have the code OK"),
]


@pytest.mark.parametrize(("options", "kind", "text"), AT_THE_START, ids=[text[:30] for *_, text in AT_THE_START])
def test_told_when_the_server_is_made(options: dict[str, Any], kind: type[Exception], text: str) -> None:
    """Of each server and of the clients for tests."""
    for made in (Server, Client):
        with pytest.raises(kind) as raised:
            made(around.get, **options)
        assert text in str(raised.value)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            synchronous,
            "made a _GeneratorContextManager, which is for with and not for async with: make it an async def",
        ),
        (nothing, "returned None, expected an async context manager: put @contextlib.asynccontextmanager above it"),
        (_calls, "returned a coroutine, expected an async context manager"),
        (never, "generator didn't yield"),
    ],
)
def test_told_when_the_lifespan_is_entered(make: Any, text: str) -> None:
    """What it makes shows when it is called."""
    with (
        pytest.raises(RuntimeError, match="failed when it was entered") as raised,
        serving_here("around", lifespan=make),
    ):
        raise AssertionError
    assert text in str(raised.value)


def test_a_lifespan_that_yields_twice(caplog: pytest.LogCaptureFixture) -> None:
    """Python says that the generator did not stop."""
    with Client(around.get, lifespan=twice):
        pass
    assert f"the lifespan {HERE}:twice yields twice: it yields the state once, and cleans up after that" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "quiet",
            "returned None for /around.Around/Get, expected a response: return what call_next returned, or a r",
        ),
        (
            "hasty",
            "returned an awaitable for /around.Around/Get, expected a response: write return await call_next(re",
        ),
    ],
)
def test_told_in_the_log_of_a_call(name: str, text: str) -> None:
    """The client learns that it is the server's mistake; the log names the middleware."""
    with serving("around", "--middleware", f"around:{name}") as served:
        with grpc.insecure_channel(served.address) as channel, pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary("/around.Around/Get")(b"", timeout=WAIT)
        assert raised.value.code() is grpc.StatusCode.INTERNAL
        served.err.wait_for(f"the middleware around:{name} returned")
        assert text in served.err.text()
        assert "never awaited" not in served.err.text()


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            b"spawn",
            "spawn takes a coroutine, what an async def returns when it is called, not <function left_behind",
        ),
        (b"on_end", "request.call.on_end takes a function without arguments, not None"),
        (b"state", "this GrpcRequest has no state: it is what a lifespan yields, as in serve(…, lifespan=resources)"),
    ],
)
def test_told_in_the_log_of_a_handler(message: bytes, text: str) -> None:
    """With the line that is wrong."""
    with serving("around") as served:
        with grpc.insecure_channel(served.address) as channel, pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary("/around.Around/Misuse")(message, timeout=WAIT)
        assert raised.value.code() is grpc.StatusCode.INTERNAL
        served.err.wait_for("around:misuse raised")
        served.err.wait_for(r"Error: .*\n")
        assert text in served.err.text()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--lifespan", "resources"), '--lifespan must be the object itself or its "module:name", not "resources"'),
        (("--lifespan", "around:resorces"), '--lifespan: the module "around" has no "resorces"'),
        (("--lifespan", "around:bare"), '--lifespan: the module "around" has no "bare"'),
        (
            ("--middleware", "around:threaded"),
            "the middleware around:threaded is a def, which would block the event loop",
        ),
        (("--middleware", "nowhere:authenticate"), '--middleware: there is no module "nowhere"'),
        (("--exceptions", "around:SERVICE"), "--exceptions must be a mapping"),
        (("--lifespan", "broken_import:resources"), 'the module "broken_import" failed when it was imported'),
    ],
)
@pytest.mark.parametrize("workers", [(), ("--workers", "2")])
def test_told_by_the_command(arguments: tuple[str, ...], text: str, workers: tuple[str, ...]) -> None:
    """Once, without a traceback of spikard's own, as for a mistake in the targets."""
    ended = spikard("serve", "around", *arguments, *workers, "--bind", "127.0.0.1:0")
    assert ended.returncode == 2
    assert ended.stderr.count("spikard: error: ") == 1
    assert text in ended.stderr
    assert "/spikard/_" not in ended.stderr


def test_variables() -> None:
    """Each option has one; middleware with commas between."""
    environment = {"SPIKARD_MIDDLEWARE": "around:authenticate, around:count", "SPIKARD_LIFESPAN": "around:resources"}
    with serving("around", env=environment) as served, grpc.insecure_channel(served.address) as channel:
        get = channel.unary_unary("/around.Around/Get")
        assert get(b"", timeout=WAIT, metadata=[("x-user", "ann")]) == b"ann around.Around/Get"
    ended = spikard("serve", "around", env={"SPIKARD_LIFESPAN": "resources"})
    assert "the environment variable SPIKARD_LIFESPAN must be" in ended.stderr


@pytest.mark.parametrize("given", ["around:authenticate", around.authenticate])
def test_the_decorator(given: Any) -> None:
    """When the module is imported; what is wrong with a function, when the server is made."""
    with pytest.raises(TypeError, match="middleware must be a list of functions, outermost first: write middleware="):

        @grpc_stream(service="mistakes.Test", middleware=given)
        async def get(request: GrpcRequest) -> GrpcResponse:
            return GrpcResponse()


def test_the_attribute_of_a_class() -> None:
    """It is named."""

    class Orders:
        middleware = "around:authenticate"

        @grpc_stream(service="mistakes.Test", middleware=[one_argument])  # type: ignore[list-item]
        async def get(self, request: GrpcRequest) -> GrpcResponse:
            return GrpcResponse()

    with pytest.raises(TypeError, match=r"the attribute middleware of .*Orders must be a list of functions"):
        Server(Orders())
    Orders.middleware = []  # type: ignore[assignment]
    with pytest.raises(TypeError, match=r"@grpc_stream on .*get: middleware: .*one_argument must take two arguments"):
        Server(Orders())
