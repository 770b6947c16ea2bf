"""What typed messages take in memory is bounded before they are decoded, with the classes of every library."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clients import Call, Kind, with_grpcio
from libraries import LIBRARIES, Library

from orders_pb2 import Item, Total
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    grpc_stream,
    register_codec,
)
from spikard.grpc.testing import Client, TestServer, serving

declared = grpc_stream(service="orders.Sums")
KIB = 1 << 10
# Two bytes each, empty texts in a list.
NAMES = b"\x12\x00"
BROKEN = b"\x0a\xff"
RAN: list[str] = []


def handlers(library: Library) -> list[Any]:
    """Handlers of every kind, which say that they have run."""
    if TYPE_CHECKING:
        from orders_pb2 import Total as total  # noqa: N813
    else:
        total = library.Total

    @declared
    async def one(request: GrpcRequest[total]) -> GrpcResponse[total]:
        RAN.append("One")
        return GrpcResponse(request.payload)

    @declared
    def upload(request: GrpcClientStreamRequest[total]) -> GrpcResponse[total]:
        RAN.append("Upload")
        return GrpcResponse(total(value=len(request.messages)))

    @declared
    async def exchange(request: GrpcBidiStreamRequest[total]) -> GrpcBidiStreamResponse[total]:
        RAN.append("Exchange")
        return GrpcBidiStreamResponse([total(value=len(request.messages))])

    @declared
    async def talk(request: GrpcDuplexRequest[total]) -> AsyncIterator[total]:
        async for _ in request.messages:
            RAN.append("Talk")
            yield total()

    @grpc_stream(service="orders.Sums", max_decoded_bytes="64MiB")
    async def wide(request: GrpcRequest[total]) -> GrpcResponse[total]:
        return GrpcResponse(total(value=1))

    @declared
    async def raw(request: GrpcClientStreamRequest) -> GrpcResponse:
        return GrpcResponse(Total(value=len(request.messages)).SerializeToString())

    return [one, upload, exchange, talk, wide, raw]


@pytest.fixture(scope="module", params=LIBRARIES, ids=lambda library: library.__name__)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """The handlers, with a limit of 1 MiB."""
    make: Callable[[Path], Library] = request.param
    library = make(tmp_path_factory.mktemp(make.__name__))
    with serving(*handlers(library), max_decoded_bytes="1MiB") as server:
        yield server


@pytest.mark.parametrize(
    ("method", "kind"), [("One", "unary_unary"), ("Upload", "stream_unary"), ("Talk", "stream_stream")]
)
def test_a_message_that_takes_too_much_is_refused(server: TestServer, call: Call, method: str, kind: str) -> None:
    """As in Rust, with the same text; the handler does not run."""
    RAN.clear()
    answer = call(server.address, f"/orders.Sums/{method}", kind, [NAMES * (64 * KIB)])
    assert (answer.code, RAN) == ("RESOURCE_EXHAUSTED", [])
    assert answer.text.startswith("with message 0 the decoded messages take ")
    assert "over max_decoded_bytes = 1048576: send fewer fields and messages in one" in answer.text


@pytest.mark.parametrize(("method", "kind"), [("Upload", "stream_unary"), ("Exchange", "stream_stream")])
def test_the_messages_of_a_buffered_stream_count_together(server: TestServer, method: str, kind: Kind) -> None:
    """None of them is over the limit."""
    RAN.clear()
    messages = [NAMES * KIB] * 1000
    # grpclib has no status for a call that is refused while it sends.
    call = with_grpcio
    answer = call(server.address, f"/orders.Sums/{method}", kind, messages)
    assert (answer.code, RAN) == ("RESOURCE_EXHAUSTED", [])
    assert "max_decoded_bytes" in answer.text
    assert call(server.address, f"/orders.Sums/{method}", kind, messages[:5]).code == "OK"


def test_those_of_a_full_duplex_stream_count_alone(server: TestServer, call: Call) -> None:
    """Nothing holds them together."""
    answer = call(server.address, "/orders.Sums/Talk", "stream_stream", [NAMES * KIB] * 100)
    assert (answer.code, len(answer.messages)) == ("OK", 100)


def test_a_method_may_have_its_own_limit_and_bytes_have_none(server: TestServer, call: Call) -> None:
    """What is not decoded takes its bytes."""
    message = NAMES * (64 * KIB)
    assert call(server.address, "/orders.Sums/Wide", "unary_unary", [message]).code == "OK"
    assert call(server.address, "/orders.Sums/Raw", "stream_unary", [message] * 20).code == "OK"


@pytest.mark.parametrize("make", LIBRARIES, ids=lambda library: library.__name__)
def test_honest_messages_are_taken_by_default(
    make: Callable[[Path], Library], tmp_path_factory: pytest.TempPathFactory, call: Call
) -> None:
    """Ten thousand items of 512 bytes."""
    library = make(tmp_path_factory.mktemp(make.__name__))
    if TYPE_CHECKING:
        from orders_pb2 import Item as item  # noqa: N813
        from orders_pb2 import Total as total  # noqa: N813
    else:
        item, total = library.Item, library.Total

    @declared
    async def count(request: GrpcClientStreamRequest[item]) -> GrpcResponse[total]:
        return GrpcResponse(total(value=len(request.messages)))

    sent = Item(name="a name which is text, and that of a thing to be sold; " * 9, value=1234).SerializeToString()
    with serving(count) as server:
        answer = call(server.address, "/orders.Sums/Count", "stream_unary", [sent] * 10_000)
        assert (answer.code, answer.text) == ("OK", "")
        assert Total.FromString(answer.messages[0]).value == 10_000


class Words:
    """A message of a codec that says what it takes."""

    def __init__(self, words: list[str]) -> None:
        self.words = words


@pytest.mark.parametrize(("factor", "refused"), [(1, False), (100, True)])
def test_a_codec_says_what_its_messages_take(factor: int, refused: bool) -> None:
    """As a multiple of their bytes."""
    register_codec(
        Words,
        decode=lambda data: Words(data.decode().split()),
        encode=lambda words: " ".join(words.words).encode(),
        memory_factor=factor,
    )

    @declared
    async def say(request: GrpcRequest[Words]) -> GrpcResponse[Words]:
        return GrpcResponse(request.payload)

    with Client(say, max_decoded_bytes=100 * KIB) as client:
        words: Any = b"some words " * KIB
        if refused:
            with pytest.raises(MemoryError, match="max_decoded_bytes = 102400"):
                client.call(say, words)
        else:
            assert len(client.call(say, words).payload.words) == 2 * KIB


@pytest.mark.parametrize("factor", [0, -1, 1.5, "16", True, None])
def test_a_factor_is_a_whole_number(factor: Any) -> None:
    """Of 1 or more."""
    with pytest.raises(ValueError, match="memory_factor must be a whole number of 1 or more, not"):
        register_codec(Words, decode=lambda data: Words([]), encode=lambda words: b"", memory_factor=factor)


@pytest.mark.parametrize(
    ("of_server", "of_method", "code"),
    [
        (None, None, "INVALID_ARGUMENT"),
        (False, None, "INTERNAL"),
        (False, True, "INVALID_ARGUMENT"),
        (True, False, "INTERNAL"),
    ],
)
def test_the_code_for_what_cannot_be_decoded(
    call: Call, of_server: bool | None, of_method: bool | None, code: str
) -> None:
    """A setting of the server and of a method, for every kind of handler."""
    named: dict[str, Any] = {} if of_method is None else {"undecodable_as_invalid_argument": of_method}
    typed = grpc_stream(service="orders.Sums", **named)

    @typed
    async def one(request: GrpcRequest[Item]) -> GrpcResponse[Total]:
        raise AssertionError

    @typed
    def upload(request: GrpcClientStreamRequest[Item]) -> GrpcResponse[Total]:
        raise AssertionError

    @typed
    async def talk(request: GrpcDuplexRequest[Item]) -> AsyncIterator[Total]:
        with pytest.raises(GrpcError) as raised:
            await anext(request.messages)
        assert raised.value.code.name == code
        for nothing in list[Total]():
            yield nothing
        raise raised.value

    options: dict[str, Any] = {} if of_server is None else {"undecodable_as_invalid_argument": of_server}
    with serving(one, upload, talk, **options) as server:
        for method, kind in (("One", "unary_unary"), ("Upload", "stream_unary"), ("Talk", "stream_stream")):
            answer = call(server.address, f"/orders.Sums/{method}", kind, [BROKEN])
            assert answer.code == code
            assert "is not a valid orders.Item" in answer.text
