"""Columns, from the type argument of an annotation and the descriptor of the messages."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from spikard.grpc._columns import Columns
from spikard.grpc._service import add_files


def is_columns(argument: Any) -> bool:
    """Whether a type argument is a class of columns, of pyarrow."""
    # Not imported: whoever names the class has.
    pyarrow: Any = sys.modules.get("pyarrow")
    return pyarrow is not None and any(argument is getattr(pyarrow, name, None) for name in ("RecordBatch", "Table"))


def columns_of(argument: Any, message: Any, *, sent: bool) -> Columns:
    """The columns for the messages of a descriptor, which is google's or protobuf-py's.

    An ``ImportError`` says what to install, and a ``TypeError`` that what is `sent` cannot be.
    """
    try:
        ptars: Any = importlib.import_module("ptars")
    except ImportError as error:
        raise ImportError(
            f"pyarrow.{argument.__name__} needs ptars as well, which cannot be imported ({error}): "
            f"pip install 'spikard[arrow]', or pip install ptars"
        ) from error
    # Here, and not in a call, which would hold the event loop meanwhile.
    importlib.import_module("pyarrow.compute")
    descriptor = _of_google(message)
    if sent and (path := _circle(descriptor, [])):
        raise TypeError(
            f"{descriptor.full_name} contains itself ({' → '.join(path)}), and columns cannot: annotate the response "
            f"with the class of the message"
        )
    converter = ptars.HandlerPool([descriptor.file]).get_for_message(descriptor)
    message_class: Any = importlib.import_module("google.protobuf.message_factory").GetMessageClass(descriptor)

    def encode_anew(encoded: bytes) -> bytes:
        decoded = message_class.FromString(encoded)
        # Columns have none, and of a map an entry that is unknown is among them.
        decoded.DiscardUnknownFields()
        again: bytes = decoded.SerializePartialToString()
        return again

    return Columns(argument, descriptor.full_name, converter, converter.schema(), encode_anew)


def _of_google(message: Any) -> Any:
    """The descriptor of a message for ptars, which takes google's."""
    if hasattr(message, "full_name"):
        return message
    pool: Any = importlib.import_module("google.protobuf.descriptor_pool").DescriptorPool()
    files: dict[str, bytes] = {}
    add_files(message.file, files)
    for encoded in files.values():
        pool.AddSerializedFile(encoded)
    return pool.FindMessageTypeByName(message.type_name)


def _circle(message: Any, above: list[str]) -> list[str]:
    """The messages from one that contains itself to itself; empty where there is none."""
    path = [*above, message.full_name]
    if message.full_name in above:
        return path[above.index(message.full_name) :]
    inner = (field.message_type for field in message.fields if field.message_type is not None)
    return next((found for one in inner if (found := _circle(one, path))), [])
