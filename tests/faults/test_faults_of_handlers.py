"""Handlers: what a handler can do to a server.

Each test has one fault, and the threshold that it must keep with its reason.
"""

import pytest
from targets import SERVICE, WAIT, Start
from wire import grpc

FAILURES = {
    "python": ["panic", "exit", "interrupt", "cancelled", "recursion", "wrong"],
    "rust": ["panic", "ok"],
}


def test_failures(start: Start, language: str) -> None:
    """Panics and exceptions of every kind, `SystemExit` and endless recursion among them, and wrong answers.

    Threshold: each fails its own call with a status, and the calls after it are answered.
    """
    server = start()
    with server.channel() as client:
        fail, echo = client.unary_unary(f"{SERVICE}/Fail"), client.unary_unary(f"{SERVICE}/Echo")
        for how in FAILURES[language]:
            with pytest.raises(grpc.RpcError) as raised:
                fail(how.encode(), timeout=WAIT)
            assert raised.value.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.CANCELLED), how
            assert echo(b"next", timeout=WAIT) == b"next"


def test_calls_that_never_end(start: Start) -> None:
    """200 full-duplex calls whose handlers wait for ever.

    Threshold: others are answered, on the same connection too.
    """
    server = start()
    with server.channel() as client:
        hanging = [client.stream_stream(f"{SERVICE}/Hang")(iter(())) for _ in range(200)]
        assert client.unary_unary(f"{SERVICE}/Echo")(b"next", timeout=WAIT) == b"next"
        assert server.is_served()
        for call in hanging:
            call.cancel()
