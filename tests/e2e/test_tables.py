"""Every call of the tables, of every handler, made with grpcio."""

from pathlib import Path
from typing import Any

import grpc
import pytest

from checks import differences
from client import HANDLERS, call, encode, find_method, metadata_of, tables
from servers import ROOT

FOLDERS = (ROOT / "examples" / "demo", ROOT / "tests" / "cases")


def every_call(folder: Path) -> list[Any]:
    """List every call with its method, once for each handler."""
    return [
        pytest.param(table["service"], table[handler], entry, handler, id=name)
        for table in tables(folder)
        for entry in table["call"]
        for handler in filter(table.get, HANDLERS)
        for name in [f"{table[handler]}-{entry['title']}"]
    ]


@pytest.mark.parametrize(
    ("service", "name", "entry", "handler"),
    [parameters for folder in FOLDERS for parameters in every_call(folder)],
)
def test_call(channel: grpc.Channel, service: str, name: str, entry: dict[str, Any], handler: str) -> None:
    """What comes back is what the table says."""
    method = find_method(service, name)
    messages = encode(method, entry.get("messages", ()))
    answer = call(channel, method, messages, metadata_of(entry.get("metadata", {})))
    expected = entry.get(f"expect_{handler}", entry.get("expect", {}))
    assert list(differences(method, expected, answer)) == []
