"""Limits in bytes at their defaults, with messages as large as they get."""

import grpc
import pytest

from client import call, find_method

MIB = 1024 * 1024
METHODS = ("Join", "JoinInPython")


@pytest.mark.parametrize("name", METHODS)
def test_message_of_4_mib(channel: grpc.Channel, name: str) -> None:
    """A message may have 4 MiB, and not a byte more."""
    method = find_method("probe.Probe", name)
    answer = call(channel, method, [bytes(4 * MIB + 1)])
    assert answer.code == "RESOURCE_EXHAUSTED"
    assert answer.text.startswith("message 0 has 4194305 bytes, more than max_message_bytes = 4194304")
    answer = call(channel, method, [bytes(4 * MIB)])
    assert (answer.code, answer.messages) == ("OK", [bytes(4 * MIB)])


@pytest.mark.parametrize("name", METHODS)
def test_stream_of_64_mib(channel: grpc.Channel, name: str) -> None:
    """A stream may have 64 MiB, and not a byte more."""
    method = find_method("probe.Probe", name)
    messages = [bytes(4 * MIB)] * 16
    answer = call(channel, method, [*messages, b"a"])
    assert answer.code == "RESOURCE_EXHAUSTED"
    assert "over max_stream_bytes = 67108864" in answer.text
