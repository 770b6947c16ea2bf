"""One parse for many messages of a class, of google's protobuf."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

ParseAll = Callable[[bytes], Sequence[Any]]
"""Parses messages that come as one message whose field 1 repeats them. They keep each other alive."""


def parse_all_of(message: Any) -> ParseAll | None:
    """The one parse for many messages of a class; ``None`` for a class of another library."""
    descriptor = getattr(message, "DESCRIPTOR", None)
    if not hasattr(descriptor, "full_name") or not hasattr(getattr(descriptor, "file", None), "pool"):
        return None
    whole = _class_of(descriptor)
    # A class that only shows the descriptor of a generated one makes its messages itself.
    if type(whole().messages.add()) is not message:
        return None
    return lambda joined: whole.FromString(joined).messages


def split(joined: bytes) -> Iterator[bytes]:
    """The messages of field 1, encoded, in their order."""
    start = 0
    while start < len(joined):
        length, start = _length(joined, start + 1)  # past the key, which is one byte
        yield joined[start : start + length]
        start += length


def _length(joined: bytes, place: int) -> tuple[int, int]:
    """A length, in groups of 7 bits, the lowest first, and the place after it."""
    length = shift = 0
    while True:
        group = joined[place]
        length |= (group & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if group >> 7 == 0:
            return length, place


def _class_of(descriptor: Any) -> Any:
    """A class with one field that repeats a message, made in the pool of the message."""
    pb2: Any = importlib.import_module("google.protobuf.descriptor_pb2")
    factory: Any = importlib.import_module("google.protobuf.message_factory")
    pool = descriptor.file.pool
    name = f"spikard.batch.{descriptor.full_name}"
    try:
        return factory.GetMessageClass(pool.FindMessageTypeByName(name))
    except KeyError:
        package, _, own = name.rpartition(".")
        file = pb2.FileDescriptorProto(name=f"{name}.proto", package=package, dependency=[descriptor.file.name])
        kinds = pb2.FieldDescriptorProto
        file.message_type.add(name=own).field.add(
            name="messages",
            number=1,
            label=kinds.LABEL_REPEATED,
            type=kinds.TYPE_MESSAGE,
            type_name=f".{descriptor.full_name}",
        )
        pool.AddSerializedFile(file.SerializeToString())
        return factory.GetMessageClass(pool.FindMessageTypeByName(name))
