"""Every call of the tables, of both languages, made with grpcio."""

from pathlib import Path
from typing import Any

import grpc
import pytest

from checks import differences
from client import LANGUAGES, call, encode, find_method, metadata_of, tables
from servers import ROOT

FOLDERS = (ROOT / "examples" / "demo", ROOT / "tests" / "cases")


def every_call(folder: Path) -> list[Any]:
    """List every call with its method, once for each language."""
    return [
        pytest.param(table["service"], table[language], entry, language, id=name)
        for table in tables(folder)
        for entry in table["call"]
        for language in LANGUAGES
        for name in [f"{table[language]}-{entry['title']}"]
    ]


@pytest.mark.parametrize(
    ("service", "name", "entry", "language"),
    [parameters for folder in FOLDERS for parameters in every_call(folder)],
)
def test_call(channel: grpc.Channel, service: str, name: str, entry: dict[str, Any], language: str) -> None:
    """What comes back is what the table says."""
    method = find_method(service, name)
    messages = encode(method, entry.get("messages", ()))
    answer = call(channel, method, messages, metadata_of(entry.get("metadata", {})))
    expected = entry.get(f"expect_{language}", entry.get("expect", {}))
    assert list(differences(method, expected, answer)) == []
