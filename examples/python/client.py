"""A gRPC client in Python, with grpcio: plays tables of calls and prints what comes back.

    python client.py 127.0.0.1:50051 ../demo

Each call goes to the method that is handled in Rust, then to those that are handled in Python, on bytes and on
messages; each answer is one line of JSON. The format of the tables is described in src/calls/table.rs.
"""

import argparse
import base64
import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Entries = list[tuple[str, str]]
HANDLERS = ("rust", "python", "typed_python")


@dataclass
class Answer:
    """What came back of a call."""

    code: str
    text: str = ""
    messages: list[bytes] = field(default_factory=list)
    metadata: Entries = field(default_factory=list)
    trailers: Entries = field(default_factory=list)


def tables(folder: Path) -> Iterator[dict[str, Any]]:
    """Read every table of a folder, by name."""
    for file in sorted(folder.glob("*.toml")):
        yield tomllib.loads(file.read_text(encoding="utf-8"))


def find_method(service: str, method: str) -> MethodDescriptor:
    """Find a method by its names; its `.proto` file is named after the package."""
    importlib.import_module(f"{service.rpartition('.')[0]}_pb2")
    found = descriptor_pool.Default().FindServiceByName(service)
    return found.FindMethodByName(method)


def message_class(method: MethodDescriptor, *, output: bool) -> type[Message]:
    """Get the class of the messages that a method takes or answers with."""
    return message_factory.GetMessageClass(method.output_type if output else method.input_type)


def encode(method: MethodDescriptor, entries: Sequence[dict[str, Any]]) -> list[bytes]:
    """Turn the messages of a table into those on the wire."""
    request = message_class(method, output=False)
    messages = []
    for entry in entries:
        if "raw" in entry:
            messages.append(entry["raw"].encode())
            continue
        fields = entry.get("message", entry)
        message = json_format.ParseDict(fields, request()).SerializeToString()
        messages.extend([message] * entry.get("times", 1))
    return messages


def call(
    channel: grpc.Channel,
    method: MethodDescriptor,
    messages: Sequence[bytes],
    metadata: Sequence[tuple[str, str | bytes]] = (),
    timeout: float | None = 30,
) -> Answer:
    """Call a method of any kind with messages that are encoded already."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    # A call with one message each way looks like a stream of one on the wire.
    multi_callable = channel.stream_stream(path, request_serializer=None, response_deserializer=None)
    rpc = multi_callable(iter(messages), metadata=tuple(metadata), timeout=timeout)
    answer = Answer(code="OK")
    try:
        answer.metadata = listed(rpc.initial_metadata())
        answer.messages.extend(rpc)
    except grpc.RpcError:
        # The code and the text below say what it was.
        pass
    answer.code = rpc.code().name
    answer.text = rpc.details() or ""
    answer.trailers = listed(rpc.trailing_metadata())
    return answer


def metadata_of(entry: dict[str, Any]) -> list[tuple[str, str | bytes]]:
    """Turn the metadata of a table into what grpcio takes."""
    return [
        (key, base64.b64decode(value) if key.endswith("-bin") else value)
        for key, values in entry.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def listed(metadata: Sequence[tuple[str, str | bytes]] | None) -> Entries:
    """Turn grpcio's metadata into that of a table."""
    return [
        (key, base64.b64encode(value).decode() if isinstance(value, bytes) else value) for key, value in metadata or ()
    ]


def main() -> None:
    """Play every table of a folder."""
    parser = argparse.ArgumentParser(description="Play tables of calls and print the answers.")
    parser.add_argument("address", help="the server, as 127.0.0.1:50051")
    parser.add_argument("folder", type=Path, help="the folder of the tables")
    options = parser.parse_args()

    with grpc.insecure_channel(options.address) as channel:
        for table in tables(options.folder):
            for entry in table["call"]:
                for handler in filter(table.get, HANDLERS):
                    method = find_method(table["service"], table[handler])
                    messages = encode(method, entry.get("messages", ()))
                    metadata = metadata_of(entry.get("metadata", {}))
                    answer = asdict(call(channel, method, messages, metadata))
                    answer["messages"] = [base64.b64encode(m).decode() for m in answer["messages"]]
                    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
