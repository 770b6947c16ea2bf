"""The classes of `orders.proto`, as several libraries make them, and classes of no library."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orders_pb2
from spikard.grpc import register_codec

PROTO = Path(__file__).resolve().parents[1] / "proto"
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Library:
    """The messages of a library."""

    Item: Any
    Total: Any


def google(folder: Path) -> Library:
    """Those of `google.protobuf`."""
    return Library(orders_pb2.Item, orders_pb2.Total)


def protobuf_py(folder: Path) -> Library:
    """Those of `protobuf-py`."""
    return _generated(folder, "py", "orders_pb")


def betterproto2(folder: Path) -> Library:
    """Those of `betterproto2`."""
    return _generated(folder, "python_betterproto2", "better.orders")


def fastproto(folder: Path) -> Library:
    """Those of `fastproto`, which needs Python 3.12."""
    return _generated(folder, "fastproto", "fast.orders_pb")


def registered(folder: Path) -> Library:
    """Classes that cannot encode themselves."""
    for name, message in (("orders.Item", PlainItem), ("orders.Total", PlainTotal)):
        google_class = getattr(orders_pb2, name.partition(".")[2])
        register_codec(message, decode=_decoder(message, google_class), encode=_encoder(google_class), name=name)
    return Library(PlainItem, PlainTotal)


@dataclass
class PlainItem:
    """An item of no library."""

    name: str = ""
    value: int = 0


@dataclass
class PlainTotal:
    """A total of no library."""

    value: int = 0
    names: Any = ()


def _decoder(message: Any, google_class: Any) -> Callable[[bytes], Any]:
    def decode(data: bytes) -> Any:
        decoded = google_class.FromString(data)
        return message(**{field: getattr(decoded, field) for field in message.__dataclass_fields__})

    return decode


def _encoder(google_class: Any) -> Callable[[Any], bytes]:
    def encode(message: Any) -> bytes:
        return bytes(google_class(**vars(message)).SerializeToString())

    return encode


LIBRARIES = [google, protobuf_py, betterproto2, *([fastproto] if sys.version_info >= (3, 12) else []), registered]


def _generated(folder: Path, plugin: str, module: str) -> Library:
    """The classes that a plugin of protoc makes; the module is imported from a folder that is left out again."""
    root, _, _ = module.rpartition(".")
    out = folder / plugin / root
    out.mkdir(parents=True)
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={PROTO}", f"--{plugin}_out={out}"]
    subprocess.run(
        [*command, f"--plugin=protoc-gen-{plugin}={BIN / f'protoc-gen-{plugin}'}", "orders.proto"],
        check=True,
        env={"PATH": str(BIN)},
        capture_output=True,
    )
    sys.path.insert(0, str(folder / plugin))
    try:
        made = importlib.import_module(module)
    finally:
        sys.path.remove(str(folder / plugin))
    return Library(made.Item, made.Total)
