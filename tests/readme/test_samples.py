"""Every Python sample of the README runs as it stands there."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from grpc_tools import protoc

from spikard.grpc import GrpcClientStreamRequest

README = Path(__file__).parents[2] / "README.md"
# The quick start is run as a whole, by tests/serve/test_quick_start.py.
TEXT = re.sub(r"^## Python quick start$.*?(?=^## )", "", README.read_text(), flags=re.DOTALL | re.MULTILINE)
SAMPLES = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)

# What the samples' `shop_pb2` is made from: the messages of the README's first Rust sample.
SHOP = """
syntax = "proto3";
package shop;
message Item { string name = 1; int64 value = 2; }
message Total { int64 value = 1; }
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.proto").write_text(SHOP)
    folder = str(tmp_path)
    assert protoc.main(["protoc", f"--proto_path={folder}", f"--python_out={folder}", "shop.proto"]) == 0
    monkeypatch.syspath_prepend(folder)


def run(sample: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "sample"}
    exec(compile(sample, str(README), "exec"), namespace)
    return namespace


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_runs(sample: str) -> None:
    run(sample)


def test_the_first_sample_does_what_the_rust_one_does() -> None:
    add_up = run(SAMPLES[0])["add_up"]
    from shop_pb2 import Item, Total

    items = [Item(name="a", value=1), Item(name="b", value=2)]
    request = GrpcClientStreamRequest(messages=[item.SerializeToString() for item in items])
    assert Total.FromString(asyncio.run(add_up(request)).payload).value == 3
    request.messages.append(Item(value=3).SerializeToString())
    with pytest.raises(ValueError, match="must have a name"):
        asyncio.run(add_up(request))
