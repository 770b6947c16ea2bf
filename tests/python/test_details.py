"""The details of an error, without the packages of their messages, read by googleapis and grpcio-status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from google.protobuf import any_pb2, duration_pb2, struct_pb2
from google.rpc import error_details_pb2, status_pb2  # pyright: ignore[reportMissingTypeStubs]

from spikard.grpc import GrpcError, StatusCode, register_codec

INVALID = StatusCode.INVALID_ARGUMENT


def read(error: GrpcError) -> status_pb2.Status:
    """The details of an error, whose code and text they repeat."""
    status = status_pb2.Status.FromString(error.details)
    assert (status.code, status.message) == (error.code, error.message)
    return status


def violations(error: GrpcError) -> list[tuple[str, str]]:
    """The fields of its `BadRequest`."""
    (packed,) = read(error).details
    bad = error_details_pb2.BadRequest()
    assert packed.Unpack(bad)
    return [(one.field, one.description) for one in bad.field_violations]


def test_a_field_that_is_wrong() -> None:
    error = GrpcError.invalid("messages[3].name", "must not be empty")
    assert (error.code, error.message) == (INVALID, "messages[3].name: must not be empty")
    assert violations(error) == [("messages[3].name", "must not be empty")]


def test_several_fields() -> None:
    """In a dict, or as pairs where a field has several mistakes; also long and odd ones."""
    given = {"name": "is empty", "größe": "x" * 1000, "": ""}
    assert violations(GrpcError.invalid(given)) == list(given.items())
    pairs = [("name", "is empty"), ("name", "is too short")]
    error = GrpcError.invalid(iter(pairs))
    assert (violations(error), error.message) == (pairs, "name: is empty; name: is too short")


@pytest.mark.parametrize(
    "arguments", [("name",), ({},), ([],), ({"name": 7},), (["name"],), ({"name": "a"}, "b"), ("a", 7)]
)
def test_what_names_no_field(arguments: Any) -> None:
    """The server's mistake, not the client's."""
    invalid: Any = GrpcError.invalid
    with pytest.raises(ValueError, match=r"GrpcError.invalid takes a field and what is wrong with it"):
        invalid(*arguments)


def test_any_messages() -> None:
    """They are packed in order, whatever their number; one that is packed already stays as it is."""
    retry = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=5))
    packed = any_pb2.Any()
    packed.Pack(error_details_pb2.ErrorInfo(reason="SOLD_OUT"))
    error = GrpcError(StatusCode.UNAVAILABLE, "no items left", details=[retry, packed, struct_pb2.ListValue()])
    first, second, third = read(error).details
    found = error_details_pb2.RetryInfo()
    assert first.Unpack(found)
    assert found == retry
    assert second == packed
    assert third.Is(struct_pb2.ListValue.DESCRIPTOR)
    assert read(GrpcError(5, "", details=())).details == []


@dataclass
class Own:
    """A message of no library."""

    text: str


def test_messages_of_other_libraries() -> None:
    """By the name that their class has, or that it was registered with."""
    register_codec(Own, decode=lambda data: Own(data.decode()), encode=lambda own: own.text.encode())
    with pytest.raises(ValueError, match=r'does not tell the name.*register_codec\(Own, …, name="package.Message"\)'):
        GrpcError(5, details=[Own("a")])
    register_codec(Own, decode=lambda data: Own(data.decode()), encode=lambda own: own.text.encode(), name="shop.Own")
    (packed,) = read(GrpcError(5, "gone", details=[Own("a")])).details
    assert (packed.type_url, packed.value) == ("type.googleapis.com/shop.Own", b"a")


def test_a_status_is_taken_as_it_is() -> None:
    """As a message, or as its bytes."""
    status = status_pb2.Status(code=5, message="no record 7")
    for given in (status, status.SerializeToString()):
        assert GrpcError(5, "no record 7", details=given).details == status.SerializeToString()


def test_one_message_is_not_a_status() -> None:
    """Clients would read it as one."""
    with pytest.raises(
        ValueError, match=r"details is a google.rpc.RetryInfo, .*: give a list .*details=\[RetryInfo\(…\)\]"
    ):
        GrpcError(14, details=error_details_pb2.RetryInfo())
    for wrong in ("text", {"a": 1}, [7]):
        with pytest.raises(TypeError, match=r"must be a list of messages, a google\.rpc\.Status or its bytes, not"):
            GrpcError(14, details=wrong)  # type: ignore[arg-type]  # pyright: ignore
