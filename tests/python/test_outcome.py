"""What is said of a failure, to the client and in the log."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import Any

import pytest

from fakes import FakeCall
from spikard._runtime import outcome
from spikard._runtime.handler import Handler
from spikard._runtime.outcome import failed
from spikard._runtime.seldom import Seldom
from spikard.grpc import GrpcError, Metadata, StatusCode
from spikard.grpc._undecodable import UndecodableError


class RefusingCall(FakeCall):
    """A call that leaves out metadata with a key that it is told."""

    def __init__(self, *, cancelled: bool = False, refuses: str = "") -> None:
        super().__init__(cancelled)
        self.refuses = refuses

    def fail(
        self, code: int, message: str, details: bytes, metadata: list[tuple[str, object]] | None
    ) -> list[Exception]:
        sent = [(key, value) for key, value in metadata or () if key != self.refuses]
        self.answers.append((code, message, details, sent))
        return [ValueError(f"no {self.refuses}")] if len(sent) < len(metadata or ()) else []


def fail(error: BaseException, **how: Any) -> list[Any]:
    trailers = how.pop("trailers", ())
    call: Any = RefusingCall(**how)
    try:
        raise error
    except BaseException as raised:
        failed(call, Handler("app:get", fail, True), raised, trailers=trailers)
    answers: list[Any] = call.answers
    return answers


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str, bool]]:
    return [(record.levelno, record.getMessage(), record.exc_info is not None) for record in caplog.records]


def test_what_may_be_a_bug_is_a_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "spikard"):
        fail(ValueError("a\nb"))
    ((level, text, traceback),) = lines(caplog)
    assert (level, traceback) == (logging.INFO, False)
    assert text.startswith(f"app:get raised ValueError at {__file__}:")
    assert text.endswith(r"; the client gets INVALID_ARGUMENT: 'a\nb'")


@pytest.mark.parametrize("error", [ValueError("no number"), UndecodableError(StatusCode.INVALID_ARGUMENT, "message 3")])
def test_lines_that_clients_cause_do_not_fill_the_log(
    error: Exception, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(outcome, "_SELDOM", defaultdict(lambda: Seldom(lambda: now)))
    with caplog.at_level(logging.INFO, "spikard"):
        for _ in range(25):
            fail(error)
        assert len(caplog.messages) == 10
        now = 1.0
        fail(error)
        fail(error)
    *_, one, other = caplog.messages
    assert one.endswith(" (15 more were not logged)")
    assert one.startswith(other)


def test_a_line_has_its_traceback_where_details_are_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "spikard"):
        fail(ValueError("text"))
    assert lines(caplog) == [(logging.INFO, "app:get raised ValueError", True)]


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (GrpcError(5), logging.DEBUG),
        (GrpcError(13), logging.ERROR),
        (MemoryError(), logging.ERROR),
        (asyncio.CancelledError(), logging.ERROR),
    ],
    ids=repr,
)
def test_levels(caplog: pytest.LogCaptureFixture, error: BaseException, level: int) -> None:
    with caplog.at_level(logging.DEBUG, "spikard"):
        fail(error)
    assert lines(caplog) == [(level, f"app:get raised {type(error).__name__}", True)]


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (asyncio.CancelledError(), logging.DEBUG),
        (GeneratorExit(), logging.DEBUG),
        (TimeoutError(), logging.DEBUG),
        (KeyError(), logging.ERROR),
    ],
    ids=repr,
)
def test_a_call_that_is_over_has_only_faults_to_report(
    caplog: pytest.LogCaptureFixture, error: BaseException, level: int
) -> None:
    with caplog.at_level(logging.DEBUG, "spikard"):
        fail(error, cancelled=True)
    assert [line[0] for line in lines(caplog)] == [level]


def test_what_cannot_be_sent_does_not_cost_the_status(caplog: pytest.LogCaptureFixture) -> None:
    error = GrpcError(5, "no record 7", details=b"\x08\x05", metadata={"x-own": "1"})
    trailers = [("x-trailer", "2")]
    status = (StatusCode.NOT_FOUND, "no record 7", b"\x08\x05")
    assert fail(error, trailers=trailers) == [(*status, [("x-trailer", "2"), ("x-own", "1")])]
    assert fail(error, trailers=trailers, refuses="x-trailer") == [(*status, [("x-own", "1")])]
    assert [text for level, text, _ in lines(caplog) if level == logging.WARNING] == [
        "app:get: its GrpcError is sent without metadata: no x-trailer",
    ]


def test_metadata_that_is_left_out_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    fail(GrpcError(5, "no record 7", metadata={"x-name": "Jürgen"}))
    assert caplog.messages == [
        (
            'app:get: its GrpcError is sent without metadata: the value of the metadata "x-name" cannot be sent: text '
            "must be printable ASCII; send other text as bytes, under x-name-bin"
        )
    ]


def test_a_status_that_is_none_is_internal(caplog: pytest.LogCaptureFixture) -> None:
    error = GrpcError(5)
    error.metadata = Metadata({"a": "1"})
    del error.message
    assert fail(error) == [(StatusCode.INTERNAL, "GrpcError", b"", [])]
    assert "the status of its GrpcError cannot be read" in caplog.text
