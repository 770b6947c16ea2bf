"""Whether what came back is what a table expects: as examples/src/calls/check.rs, for grpcio."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor

from client import Answer, Entries, message_class


def differences(method: MethodDescriptor, expected: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    """Say what is not as expected, a sentence each."""
    code = expected.get("code", "OK")
    if answer.code != code:
        yield f"the status is {answer.code}, not {code}"
    text = expected.get("text", "")
    if not matches(answer.text, text):
        yield f"the text is {answer.text!r}, not {text!r}"
    if "messages" in expected:
        yield from message_differences(method, expected["messages"], answer.messages)
    yield from entry_differences("metadata", expected.get("metadata", {}), answer.metadata)
    yield from entry_differences("trailers", expected.get("trailers", {}), answer.trailers)


def matches(text: str, pattern: str) -> bool:
    """Compare a text; a `*` at the end of the pattern stands for anything."""
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def message_differences(
    method: MethodDescriptor, expected: list[dict[str, Any]], messages: list[bytes]
) -> Iterator[str]:
    """Compare the fields that are expected."""
    if len(messages) != len(expected):
        yield f"{len(messages)} messages came back, not {len(expected)}"
        return
    response = message_class(method, output=True)
    for index, (message, fields) in enumerate(zip(messages, expected, strict=True)):
        got = response.FromString(message)
        want = json_format.ParseDict(fields, response())
        for name in fields:
            if getattr(got, name) != getattr(want, name):
                yield f"message {index}: {name} is {getattr(got, name)!r}, not {getattr(want, name)!r}"


def entry_differences(what: str, expected: Mapping[str, str | list[str]], entries: Entries) -> Iterator[str]:
    """Compare the keys that begin with `x-`."""
    got = defaultdict(list)
    for key, value in entries:
        if key.startswith("x-"):
            got[key].append(value)
    for key in sorted(got.keys() | expected.keys()):
        wanted = expected.get(key, [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        values = got[key]
        if len(values) != len(wanted) or not all(map(matches, values, wanted)):
            yield f"{key} in the {what} is {values}, not {wanted}"
