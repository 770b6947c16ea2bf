"""Every Python sample of the README and the guides runs as it stands there."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import DecodeError
from grpc_tools import protoc
from pages import GUIDES, PAGES, README, Block, blocks, section

from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    StatusCode,
    _status_of,
    grpc_stream,
    register_exception,
)
from spikard.grpc.testing import Client, serving

# The quick start is run as a whole, by tests/serve/test_quick_start.py.
QUICK_START = range(*section(README, "Python quick start"))
SAMPLES = [
    block for block in blocks(*PAGES, language="python") if block.page != README or block.line not in QUICK_START
]
# What the samples' `shop_pb2` is made from.
SHOP = next(block.text for block in blocks(README, language="proto") if block.file == "proto/shop.proto")


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.proto").write_text(SHOP)
    folder = str(tmp_path)
    out = (f"--python_out={folder}", f"--grpc_python_out={folder}")
    assert protoc.main(["protoc", f"--proto_path={folder}", *out, "shop.proto"]) == 0
    monkeypatch.syspath_prepend(folder)


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a sample sets for its process is for this test alone."""
    monkeypatch.setattr(_status_of, "_TABLE", dict(_status_of._TABLE))
    logger = logging.getLogger("spikard")
    handlers, level = logger.handlers[:], logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def run(sample: Block) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "sample"}
    # The lines of a traceback are those of the page.
    exec(compile("\n" * sample.line + sample.text, str(sample.page), "exec"), namespace)
    return namespace


def named(page: str, file: str) -> dict[str, Any]:
    (sample,) = (sample for sample in SAMPLES if sample.page.name == page and sample.file == file)
    return run(sample)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_sample_runs(sample: Block) -> None:
    for name, function in run(sample).items():
        if name.startswith("test_") and not inspect.signature(function).parameters:
            function()


def test_every_guide_with_samples_is_seen() -> None:
    shown = {page for page in PAGES if "```python" in page.read_text()}
    assert shown == {sample.page for sample in SAMPLES}
    assert len(shown & set(GUIDES)) >= 4


def test_the_first_sample_does_what_the_rust_one_does() -> None:
    add_up = named("README.md", "orders.py")["add_up"]
    from shop_pb2 import Item

    items = [Item(name="a", value=1), Item(name="b", value=2)]
    request = GrpcClientStreamRequest(messages=items)
    assert asyncio.run(add_up(request)).payload.value == 3
    request = GrpcClientStreamRequest(messages=[*items, Item(value=3)])
    with pytest.raises(ValueError, match="must have a name"):
        asyncio.run(add_up(request))


def test_the_call_tells_who_calls() -> None:
    who_am_i = named("python.md", "whoami.py")["who_am_i"]
    with Client(who_am_i) as client:
        response = client.call(who_am_i, b"", metadata={"x-user": "ann"}, timeout=30)
        assert (response.payload, response.metadata["x-user"]) == (b"ann", "ann")
        assert float(response.trailers["x-remaining"]) > 0
        with pytest.raises(GrpcError) as raised:
            client.call(who_am_i, b"")
    assert raised.value.code is StatusCode.UNAUTHENTICATED


def test_the_streams_stream() -> None:
    async def listed(messages: AsyncIterable[bytes]) -> list[bytes]:
        return [message async for message in messages]

    handlers = named("python.md", "streams.py")
    response = asyncio.run(handlers["greet_often"](GrpcRequest(b"Ada")))
    assert (response.messages, response.trailers) == ([b"Hello Ada"] * 3, {"x-count": "3"})
    request = GrpcDuplexRequest([b"Ada", b"Grace"])
    assert asyncio.run(listed(handlers["greet_each"](request))) == [b"Hello Ada", b"Hello Grace"]
    assert request.call.initial_metadata == {"x-language": "en"}


def test_a_class_for_grpcio_is_served() -> None:
    module = named("grpcio.md", "orders_server.py")
    import shop_pb2_grpc
    from shop_pb2 import Item, Total

    with serving(module["orders"]) as server, grpc.insecure_channel(server.address) as channel:
        add_up = shop_pb2_grpc.OrdersStub(channel).AddUp
        total, call = add_up.with_call(iter([Item(name="a", value=1)] * 3), metadata=[("x-user", "ann")], timeout=30)
        assert (total, dict(call.trailing_metadata())["x-user"]) == (Total(value=3), "ann")
        with pytest.raises(grpc.RpcError, match="each item must have a name"):
            add_up(iter([Item(value=1)]), timeout=30)


def test_the_error_of_one_message_is_its_answer() -> None:
    transform = named("patterns.md", "documents.py")["transform"]
    from transformservice_pb2 import Document, TransformResult

    documents = [Document(id=1, content="one").SerializeToString(), b"no protobuf", Document(id=3).SerializeToString()]
    response = asyncio.run(transform(GrpcBidiStreamRequest(documents, metadata={"x-ending": "?"})))
    results = [TransformResult.FromString(message) for message in response.messages]
    assert [result.status for result in results] == ["SUCCESS", "ERROR", "ERROR"]
    assert (results[0].original_id, results[0].transformed_content) == (1, "ONE?")
    assert "pars" in results[1].error_message.lower()
    assert results[2].error_message == "a document must have content"
    assert response.metadata == {"x-count": "3"}


@grpc_stream(service="pitfalls.Pitfalls")
async def decodes(request: GrpcRequest) -> GrpcResponse:
    raise DecodeError("a secret")


@grpc_stream(service="pitfalls.Pitfalls")
async def asks(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse(request.metadata["x-user"])


@grpc_stream(service="pitfalls.Pitfalls")
async def forgets(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    return GrpcBidiStreamResponse([b"", "a message"])  # type: ignore[list-item]


@grpc_stream(service="pitfalls.Pitfalls")
async def lists_nothing(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse:
    return GrpcBidiStreamResponse(b"a message")  # type: ignore[arg-type]


HANDLERS = (decodes, asks, forgets, lists_nothing)


@pytest.mark.parametrize(
    ("handler", "text", "logged"),
    [
        (decodes, "DecodeError", "DecodeError: a secret"),
        (asks, "KeyError", "KeyError: 'x-user'"),
        (forgets, "the handler's answer cannot be sent", "messages[1] is str"),
        (lists_nothing, "the handler's answer cannot be sent", "expected a list of bytes"),
    ],
)
def test_the_pitfalls_are_where_the_page_says(
    handler: Any, text: str, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Client(*HANDLERS) as client, pytest.raises(GrpcError, match=text) as raised:
        client.call(handler, b"")
    assert raised.value.code is StatusCode.INTERNAL
    assert logged in caplog.text


def test_a_row_for_decode_errors() -> None:
    register_exception(DecodeError, StatusCode.INVALID_ARGUMENT)
    with Client(*HANDLERS) as client, pytest.raises(GrpcError, match="a secret") as raised:
        client.call(decodes, b"")
    assert raised.value.code is StatusCode.INVALID_ARGUMENT
