"""Requests, responses, calls, errors: the types that a handler is written with."""

from __future__ import annotations

import copy
import dataclasses
import enum
import pickle
import time
from collections.abc import Callable
from types import UnionType
from typing import Any, Literal, Union, get_origin

import pytest

import spikard.grpc
from spikard.grpc import (
    MAX_STREAM_MESSAGES,
    Call,
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcClientStreamRequest,
    GrpcDuplexRequest,
    GrpcDuplexResponse,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    Metadata,
    StatusCode,
)

STREAM_REQUESTS: list[Any] = [GrpcClientStreamRequest, GrpcBidiStreamRequest]
STREAM_RESPONSES: list[Any] = [GrpcServerStreamResponse, GrpcBidiStreamResponse]
VALUES: list[Any] = [
    GrpcRequest(b"one", service_name="s", method_name="m", metadata={"a": "1"}, call=Call(peer="127.0.0.1:5")),
    GrpcClientStreamRequest([b"one"], service_name="s", method_name="m", metadata=[("a", "1"), ("a", "2")]),
    GrpcBidiStreamRequest([b"one"], metadata={"a": "1"}),
    GrpcResponse(b"one", metadata={"a": "1"}, trailers={"b": "2"}),
    GrpcServerStreamResponse([b"one"], metadata={"a": "1"}, trailers={"b": "2"}),
    GrpcBidiStreamResponse([b"one"], metadata={"a": "1"}, compression="gzip", uncompressed=[0]),
    Call(peer="[::1]:5", deadline=7.5, peer_certs=(b"der",), compressed=frozenset({1})),
]


@pytest.mark.parametrize("request_type", STREAM_REQUESTS)
def test_a_stream_request_takes_keywords(request_type: Any) -> None:
    request = request_type(service_name="s.S", method_name="M", metadata={}, messages=[b"a", b"b"])
    assert (request.service_name, request.method_name, request.messages) == ("s.S", "M", [b"a", b"b"])
    assert request.metadata == {}
    assert request.call == Call()


def test_a_request_takes_keywords() -> None:
    request = GrpcRequest(service_name="s.S", method_name="M", metadata={"X-Tag": "a"}, payload=b"a")
    assert request.payload == b"a"
    assert request.metadata["x-tag"] == "a"
    assert request.metadata.get_all("x-tag") == ["a"]


@pytest.mark.parametrize("kind", [GrpcRequest, *STREAM_REQUESTS, GrpcResponse, *STREAM_RESPONSES])
def test_everything_has_a_default_of_its_own(kind: Any) -> None:
    one, other = kind(), kind()
    assert one == other
    for field in dataclasses.fields(one):
        value = getattr(one, field.name)
        if isinstance(value, (list, dict)):
            assert value is not getattr(other, field.name)


@pytest.mark.parametrize("response_type", STREAM_RESPONSES)
def test_the_messages_of_a_response_may_be_any_iterable(response_type: Any) -> None:
    assert response_type(message for message in (b"a", b"b")).messages == [b"a", b"b"]
    messages = [b"a"]
    assert response_type(messages).messages is messages


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_copy_pickle_and_compare(value: Any) -> None:
    copies = [copy.copy(value), copy.deepcopy(value)]
    copies += [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for other in copies:
        assert type(other) is type(value)
        assert other == value
        for field in dataclasses.fields(value):
            assert getattr(other, field.name) == getattr(value, field.name)
    assert value != object()
    assert not hasattr(value, "__dict__")


def test_values_differ_in_each_field_but_the_call() -> None:
    request = GrpcRequest(b"one")
    assert request != dataclasses.replace(request, payload=b"two")
    assert request != dataclasses.replace(request, service_name="s")
    assert request != dataclasses.replace(request, method_name="m")
    assert request != dataclasses.replace(request, metadata=Metadata({"a": "1"}))
    assert request == dataclasses.replace(request, call=Call(peer="127.0.0.1:5"))


def test_no_other_attribute_can_be_set() -> None:
    response: Any = GrpcResponse(b"one")
    with pytest.raises(AttributeError):
        response.paylod = b"two"


def test_values_print_themselves_shortened() -> None:
    assert repr(GrpcResponse(b"abc", metadata={"a": "1"})) == (
        "GrpcResponse(payload=b'abc', metadata=Metadata({'a': '1'}), trailers=Metadata())"
    )
    assert repr(GrpcRequest(b"x" * 5000)) == (
        f"GrpcRequest(service_name='', method_name='', metadata=Metadata(), payload={b'x' * 32!r}… (5000 bytes))"
    )
    shown = repr(GrpcBidiStreamResponse([b"a"] * 10_000))
    assert shown == (
        "GrpcBidiStreamResponse(messages=[b'a', b'a', b'a', … 9997 more], metadata=Metadata(), trailers=Metadata())"
    )


def test_compression_is_printed_where_it_is_asked_for() -> None:
    assert repr(GrpcResponse(b"a", compression="identity")) == (
        "GrpcResponse(payload=b'a', metadata=Metadata(), trailers=Metadata(), compression='identity')"
    )
    assert repr(GrpcServerStreamResponse([b"a"], compression="gzip", uncompressed=[0])) == (
        "GrpcServerStreamResponse(messages=[b'a'], metadata=Metadata(), trailers=Metadata(), "
        "compression='gzip', uncompressed=(0,))"
    )


def test_a_call_knows_which_messages_were_compressed() -> None:
    call = Call(compressed=frozenset({0, 2}))
    assert [call.was_compressed(index) for index in range(4)] == [True, False, True, False]
    assert not Call().was_compressed()


def test_matched_by_structure() -> None:
    match GrpcResponse(b"one"):
        case GrpcResponse(payload):
            assert payload == b"one"
    match GrpcBidiStreamRequest([b"one"], service_name="s", method_name="m"):
        case GrpcBidiStreamRequest(service, method, metadata, messages, call):
            assert (service, method, metadata, messages, call) == ("s", "m", {}, [b"one"], Call())


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        ([GrpcRequest], ("service_name", "method_name", "metadata", "payload", "call")),
        ([*STREAM_REQUESTS, GrpcDuplexRequest], ("service_name", "method_name", "metadata", "messages", "call")),
        ([GrpcResponse], ("payload", "metadata", "trailers", "compression")),
        (
            [*STREAM_RESPONSES, GrpcDuplexResponse],
            ("messages", "metadata", "trailers", "compression", "uncompressed"),
        ),
    ],
)
def test_every_field_is_matched(kinds: list[Any], names: tuple[str, ...]) -> None:
    for kind in kinds:
        assert kind.__match_args__ == names
        assert {field.name for field in dataclasses.fields(kind)} == set(names)


def test_a_call_knows_its_remaining_time() -> None:
    assert Call().time_remaining() is None
    assert Call(deadline=time.monotonic() - 1).time_remaining() == 0.0
    remaining = Call(deadline=time.monotonic() + 60).time_remaining()
    assert remaining is not None
    assert 0 < remaining <= 60
    with pytest.raises(dataclasses.FrozenInstanceError):
        Call().peer = "127.0.0.1:5"  # type: ignore[misc]  # pyright: ignore


def test_the_status_codes_of_grpc() -> None:
    assert [code.value for code in StatusCode] == list(range(17))
    assert int(StatusCode.UNAUTHENTICATED) == 16
    assert StatusCode(3) is StatusCode.INVALID_ARGUMENT


def test_the_limit() -> None:
    assert MAX_STREAM_MESSAGES == 10_000


def test_everything_exported_exists_and_is_documented() -> None:
    for name in spikard.grpc.__all__:
        exported: object = getattr(spikard.grpc, name)
        # The text of an alias stands in the source alone.
        assert get_origin(exported) in {Literal, UnionType, Union, Callable} or exported.__doc__, name


class SerializableStatus:
    def SerializeToString(self) -> bytes:  # noqa: N802
        return b"\x08\x05"


class Missing(GrpcError):
    def __init__(self, record: int) -> None:
        super().__init__(StatusCode.NOT_FOUND, f"no record {record}", metadata={"x-record": str(record)})
        self.record = record


def test_an_error_is_any_status() -> None:
    error = GrpcError(StatusCode.NOT_FOUND, "no record 7", details=b"\x08\x05", metadata=[("a", "1"), ("a", "2")])
    assert (error.code, error.message, error.details) == (StatusCode.NOT_FOUND, "no record 7", b"\x08\x05")
    assert error.metadata.get_all("a") == ["1", "2"]
    assert str(error) == "NOT_FOUND: no record 7"
    assert repr(error) == "GrpcError(StatusCode.NOT_FOUND, 'no record 7')"
    assert GrpcError(5).code is StatusCode.NOT_FOUND
    assert str(GrpcError(5)) == "NOT_FOUND"
    assert GrpcError(5, details=SerializableStatus()).details == b"\x08\x05"


def test_an_error_pickles() -> None:
    error = pickle.loads(pickle.dumps(Missing(7)))
    assert type(error) is Missing
    assert (error.code, error.message, error.record) == (StatusCode.NOT_FOUND, "no record 7", 7)
    assert error.metadata == Metadata({"x-record": "7"})
    assert error.args == (StatusCode.NOT_FOUND, "no record 7")


class ForeignStatusCode(enum.Enum):
    """As that of grpcio."""

    NOT_FOUND = (5, "not found")


@pytest.mark.parametrize("code", [StatusCode.NOT_FOUND, 5, "NOT_FOUND", ForeignStatusCode.NOT_FOUND])
def test_a_code_by_any_name(code: Any) -> None:
    error = GrpcError(code, "no record 7")
    assert error.code is StatusCode(code) is StatusCode.NOT_FOUND


def test_an_error_cannot_be_ok_or_unknown() -> None:
    names: list[Any] = [StatusCode.OK, "OK"]
    for ok in names:
        with pytest.raises(ValueError, match="cannot have the code OK"):
            GrpcError(ok)
    with pytest.raises(ValueError, match="17 is not a status code: give one of"):
        GrpcError(17)
    with pytest.raises(ValueError, match=r"'no record 7' is not a status code: .*; the code comes first"):
        GrpcError("no record 7")  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(TypeError, match="or its bytes, not str"):
        GrpcError(StatusCode.INTERNAL, details="text")  # type: ignore[arg-type]  # pyright: ignore


def test_metadata_that_cannot_be_sent_does_not_cost_the_code() -> None:
    error = GrpcError(5, "no record 7", metadata={"x-name": "Jürgen", "x-record": "7", "x-count": 3, "two words": "a"})
    assert (error.code, error.metadata) == (StatusCode.NOT_FOUND, {"x-record": "7"})
    assert [text.partition(":")[0] for text in error.unsent] == [
        'the value of the metadata "x-name" cannot be sent',
        "the metadata 'x-count' must be str, not int",
        'the metadata key "two words" cannot be sent',
    ]
    assert pickle.loads(pickle.dumps(error)).unsent == error.unsent


def test_an_error_takes_metadata_as_they_were_received() -> None:
    received = Metadata()
    dict.__setitem__(received, "x~name", "J\xfcrgen")
    error = GrpcError(5, "no record 7", metadata=received)
    assert (error.metadata, error.unsent) == (received, ())
