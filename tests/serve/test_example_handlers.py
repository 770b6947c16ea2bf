"""The handlers of the examples, served by the command and called by two clients."""

import subprocess
import sys

import pytest
from clients import Call
from fixtures import MESSAGES
from processes import EXAMPLES, WAIT, Served, serving

import messageservice_pb2
import readings_pb2
import recordservice_pb2
import transformservice_pb2

BATCH = "/messageservice.MessageService/BatchCreate"
TRANSFORM = "/transformservice.TransformService/TransformStream"
FILTER = "/recordservice.RecordService/FilterStream"
TOKEN = [("authorization", "Bearer token")]


def items(*values: int) -> list[bytes]:
    """Items with these values."""
    return [messageservice_pb2.Item(name=f"Item {n}", value=n).SerializeToString() for n in values]


def test_batch_create(examples: Served, call: Call) -> None:
    """Many items in, one answer with metadata out."""
    answer = call(examples.address, BATCH, "stream_unary", items(100, 200, 300), TOKEN)
    assert answer.code == "OK", answer
    created = messageservice_pb2.BatchCreateResponse.FromString(answer.messages[0])
    assert (created.success_count, created.total_value) == (3, 600)
    assert dict(answer.metadata) == {"x-batch-id": created.batch_id, "x-count": "3"}


def test_transform_stream(examples: Served, call: Call) -> None:
    """A result for each document, in order."""
    documents = [transformservice_pb2.Document(id=n, content=f"hello {n}").SerializeToString() for n in range(20)]
    answer = call(examples.address, TRANSFORM, "stream_stream", documents)
    assert answer.code == "OK", answer
    results = [transformservice_pb2.TransformResult.FromString(message) for message in answer.messages]
    assert [result.original_id for result in results] == list(range(20))
    assert all(result.status == "SUCCESS" for result in results)
    assert dict(answer.metadata)["x-processed-count"] == "20"


def test_filter_stream_by_metadata(examples: Served, call: Call) -> None:
    """Metadata reaches the handler, and comes back."""
    records = [recordservice_pb2.Record(id=n, value=n * 100).SerializeToString() for n in range(4)]
    criteria = [("x-filter-type", "high-value"), ("x-min-value", "200")]
    answer = call(examples.address, FILTER, "stream_stream", records, criteria)
    assert answer.code == "OK", answer
    kept = [recordservice_pb2.ProcessedRecord.FromString(message).original_value for message in answer.messages]
    assert kept == [200, 300]
    assert dict(answer.metadata) == {"x-input-count": "4", "x-output-count": "2", "x-filtered-count": "2"}


def test_what_the_handlers_refuse(examples: Served, call: Call, request: pytest.FixtureRequest) -> None:
    """The exceptions of the handlers as statuses; those on messages are not asked for what is none."""
    typed = request.node.callspec.params["examples"] is MESSAGES
    answer = call(examples.address, BATCH, "stream_unary", items(1))
    assert (answer.code, answer.text) == ("PERMISSION_DENIED", "Authentication required")
    answer = call(examples.address, BATCH, "stream_unary", items(1, 0), TOKEN)
    refused = "messages[1]: must have name and value" if typed else "Each item must have name and value"
    assert (answer.code, answer.text) == ("INVALID_ARGUMENT", refused)
    for path in (BATCH, TRANSFORM, FILTER):
        kind = "stream_unary" if path == BATCH else "stream_stream"
        answer = call(examples.address, path, kind, [b"invalid protobuf data"], TOKEN)
        assert answer.code == "INVALID_ARGUMENT"
        assert answer.text.startswith(
            "message 0 of the stream is not a valid" if typed else "Failed to decode message 0"
        )


def test_too_many_messages(examples: Served, call: Call) -> None:
    """The default limit of a stream."""
    answer = call(examples.address, BATCH, "stream_unary", items(1) * 10_001, TOKEN)
    assert answer.code == "RESOURCE_EXHAUSTED"
    assert "max_messages = 10000" in answer.text
    assert call(examples.address, BATCH, "stream_unary", items(1) * 10_000, TOKEN).code == "OK"


def test_readings_as_columns() -> None:
    """The client of the example, against the command, as the guide has it."""
    with serving("readings_handler", cwd=EXAMPLES) as served:
        command = [sys.executable, "readings_client.py", served.address, "--readings", "20000"]
        done = subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, timeout=WAIT, check=True)
    first, *sensors = done.stdout.splitlines()
    assert first.startswith("20000 readings: sent in ")
    assert [line.split(",")[0] for line in sensors] == [f"sensor-{number}: 4000" for number in range(5)]
    assert all(" at 2026-01-01T0" in line for line in sensors)


def test_a_reading_without_a_sensor(call: Call) -> None:
    """It is named by its index."""
    messages = [readings_pb2.Reading(sensor=name).SerializeToString() for name in ("a", "", "b")]
    with serving("readings_handler", cwd=EXAMPLES) as served:
        answer = call(served.address, "/readings.Readings/Summarise", "stream_stream", messages)
        nothing = call(served.address, "/readings.Readings/Summarise", "stream_stream", [])
    assert (answer.code, answer.text) == ("INVALID_ARGUMENT", "messages[1]: a reading must name its sensor")
    assert (nothing.code, nothing.messages) == ("OK", [])
