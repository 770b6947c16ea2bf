"""What the messages of a class take in memory, which Rust knows before they are decoded."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

from spikard.grpc._betterproto import descriptors, is_betterproto
from spikard.grpc._service import add_files
from spikard.grpc._wire import repeated

if TYPE_CHECKING:
    from spikard.grpc._codec import Codec


class Memory(NamedTuple):
    """What Rust is told of a class of messages."""

    name: str
    """The full name of the message, or that of the class."""
    library: str
    """The library that decodes it, where it has descriptors; Rust knows the sizes of its objects."""
    descriptors: bytes
    """A ``FileDescriptorSet`` with the message; empty where there is none: each field is the most that it can be."""
    factor: int | None
    """How many times its bytes a message takes, where the codec says so."""


def memory_of(codec: Codec) -> Memory:
    """What is known of the class of a codec."""
    if codec.memory_factor is not None:
        return Memory(codec.shown, "", b"", codec.memory_factor)
    if codec.parse_all is not None:
        return Memory(codec.name, _implementation(), _set_of(codec.type.DESCRIPTOR.file), None)  # type: ignore[attr-defined]
    if codec.described_by is not None:
        return Memory(codec.name, "protobuf-py", _set_of(codec.described_by.file), None)
    if is_betterproto(codec.type):
        with contextlib.suppress(Exception):  # a version that keeps its fields elsewhere
            name, found = descriptors(codec.type)
            return Memory(name, "betterproto2", found, None)
    return Memory(codec.shown, "", b"", None)


def _implementation() -> str:
    """Which of google's implementations decodes: upb in C, or the one in Python."""
    module: Any = importlib.import_module("google.protobuf.internal.api_implementation")
    return "upb" if module.Type() == "upb" else "google-python"


def _set_of(file: Any) -> bytes:
    files: dict[str, bytes] = {}
    add_files(file, files)
    return repeated(1, files.values())
