"""The fields of betterproto2's classes, as descriptors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spikard.grpc._wire import field, number_field, repeated

# `Type` of `google.protobuf.FieldDescriptorProto`, by betterproto2's names.
_TYPES = {
    "double": 1,
    "float": 2,
    "int64": 3,
    "uint64": 4,
    "int32": 5,
    "fixed64": 6,
    "fixed32": 7,
    "bool": 8,
    "string": 9,
    "message": 11,
    "bytes": 12,
    "uint32": 13,
    "enum": 14,
    "sfixed32": 15,
    "sfixed64": 16,
    "sint32": 17,
    "sint64": 18,
}
_OPTIONAL, _REPEATED = 1, 3
_IS_MAP = field(7, number_field(7, 1))


def is_betterproto(message: Any) -> bool:
    """Whether a class is one of betterproto2's."""
    return any(base.__module__ == "betterproto2" for base in message.__mro__)


def descriptors(message: Any) -> tuple[str, bytes]:
    """The name of a class, and a ``FileDescriptorSet`` with it and the classes of its fields."""
    classes = [message]
    files = [field(4, _message(classes, index)) for index in _growing(classes)]
    return "m0", field(1, b"".join(files))


def _growing(classes: list[Any]) -> Iterator[int]:
    """The indices of a list that grows meanwhile."""
    index = 0
    while index < len(classes):
        yield index
        index += 1


def _message(classes: list[Any], index: int) -> bytes:
    own = classes[index]._betterproto  # noqa: SLF001 - the library has no other way to tell the fields
    made = [field(1, f"m{index}")]
    for name, meta in own.meta_by_field_name.items():
        if meta.map_meta is None:
            label = _REPEATED if meta.repeated else _OPTIONAL
            made.append(field(2, _field(classes, meta, label, own.cls_by_field.get(name))))
        else:
            key, value = meta.map_meta
            pair = f"p{meta.number}"
            fields = (
                _field(classes, key, _OPTIONAL),
                _field(classes, value, _OPTIONAL, own.cls_by_field.get(f"{name}.value")),
            )
            made.append(field(3, field(1, pair) + repeated(2, fields) + _IS_MAP))
            made.append(field(2, _field_of(meta.number, _REPEATED, "message", f"m{index}.{pair}")))
    return b"".join(made)


def _field(classes: list[Any], meta: Any, label: int, message: Any = None) -> bytes:
    if meta.proto_type != "message":
        return _field_of(meta.number, label, meta.proto_type)
    if meta.unwrap is not None:
        message = meta.unwrap()  # decoded as this class, and unpacked then
    if message not in classes:
        classes.append(message)
    return _field_of(meta.number, label, "message", f"m{classes.index(message)}")


def _field_of(number: int, label: int, kind: str, message: str = "") -> bytes:
    made = number_field(3, number) + number_field(4, label) + number_field(5, _TYPES[kind])
    return made + field(6, message) if message else made
