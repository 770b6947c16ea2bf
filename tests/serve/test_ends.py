"""Metadata and trailers go out however a response ends."""

from collections.abc import Iterator

import pytest
from clients import Call, Kind
from processes import Served, serving


@pytest.fixture(scope="module")
def ends() -> Iterator[Served]:
    """The handlers that fail."""
    with serving("ends", "--log-level", "error") as served:
        yield served


@pytest.mark.parametrize(
    ("method", "kind", "count"),
    [
        ("Generator", "unary_stream", 0),
        ("Generator", "unary_stream", 1),
        ("Generator", "unary_stream", 3),
        ("Duplex", "stream_stream", 0),
        ("Response", "unary_stream", 0),
        ("Response", "unary_stream", 1),
        ("Late", "unary_stream", 0),
    ],
)
def test_an_error_has_the_metadata_of_its_response(
    ends: Served, call: Call, method: str, kind: Kind, count: int
) -> None:
    """The handler's trailers first, then the status's; the initial metadata even before any message."""
    answer = call(ends.address, f"/ends.Ends/{method}", kind, [str(count).encode()])
    assert (answer.code, answer.text) == ("ABORTED", "as asked")
    assert answer.messages == [b"one"] * count
    assert answer.metadata == [("x-initial", "yes")]
    assert answer.trailers == [("x-both", "of the response"), ("x-both", "of the status")]
