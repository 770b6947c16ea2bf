"""The message of `weigh` and `keep`, `Load` of `tests/src/faulty.rs`: made at run time, as protoc would."""

from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_FIELD: Any = descriptor_pb2.FieldDescriptorProto
_file: Any = descriptor_pb2.FileDescriptorProto(name="loads.proto", package="faults", syntax="proto3")
_part = _file.message_type.add(name="Part")
for _number in range(1, 21):
    _part.field.add(name=f"text_{_number}", number=_number, label=_FIELD.LABEL_OPTIONAL, type=_FIELD.TYPE_STRING)
_load = _file.message_type.add(name="Load")
_pair = _load.nested_type.add(name="PairsEntry")
_pair.options.map_entry = True
for _number, _name in ((1, "key"), (2, "value")):
    _pair.field.add(name=_name, number=_number, label=_FIELD.LABEL_OPTIONAL, type=_FIELD.TYPE_UINT64)
for _number, _name, _type, _of in (
    (1, "parts", _FIELD.TYPE_MESSAGE, ".faults.Part"),
    (2, "texts", _FIELD.TYPE_STRING, None),
    (3, "numbers", _FIELD.TYPE_UINT64, None),
    (4, "pairs", _FIELD.TYPE_MESSAGE, ".faults.Load.PairsEntry"),
):
    _load.field.add(name=_name, number=_number, label=_FIELD.LABEL_REPEATED, type=_type, type_name=_of)
_pool = descriptor_pool.Default()
_pool.AddSerializedFile(_file.SerializeToString())

if TYPE_CHECKING:
    from google.protobuf.message import Message

    class Load(Message): ...
else:
    Load = message_factory.GetMessageClass(_pool.FindMessageTypeByName("faults.Load"))
