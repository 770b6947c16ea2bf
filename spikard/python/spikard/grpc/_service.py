"""A service as its descriptor has it: its methods, their kinds and their messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from spikard.grpc._kind import Kind


class GoogleService(Protocol):
    """A service of a ``_pb2`` module, ``shop_pb2.DESCRIPTOR.services_by_name["Orders"]``."""

    @property
    def full_name(self) -> str: ...
    @property
    def methods(self) -> Sequence[Any]: ...


class DescService(Protocol):
    """A service of protobuf-py, one of ``shop_pb.desc().services``."""

    @property
    def type_name(self) -> str: ...
    @property
    def methods(self) -> Sequence[Any]: ...


ServiceDescriptor = GoogleService | DescService
"""What a service is given as, besides its name."""


@dataclass(frozen=True, slots=True)
class File:
    """A ``.proto`` file."""

    name: str
    encoded: bytes
    """Its ``FileDescriptorProto``."""
    imports: tuple[Any, ...]
    """The descriptors of the files that it imports."""


@dataclass(frozen=True, slots=True)
class ServiceMethod:
    """A method, as the ``.proto`` has it."""

    name: str
    takes_stream: bool
    gives_stream: bool
    takes: str
    """The full name of the message that it takes."""
    gives: str
    taken: Any = field(default=None, compare=False)
    """The descriptor of the message that it takes."""
    given: Any = field(default=None, compare=False)

    def __str__(self) -> str:
        return (
            f"rpc {self.name}({'stream ' * self.takes_stream}{self.takes}) returns "
            f"({'stream ' * self.gives_stream}{self.gives})"
        )

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the handlers that can serve it."""
        return _KINDS[self.takes_stream, self.gives_stream]


_KINDS = {
    (False, False): (Kind.UNARY,),
    (False, True): (Kind.SERVER_STREAMING,),
    (True, False): (Kind.CLIENT_STREAMING, Kind.UNBUFFERED_CLIENT_STREAMING),
    (True, True): (Kind.BIDIRECTIONAL, Kind.DUPLEX),
}


@dataclass(frozen=True, slots=True)
class Service:
    """A service, read from its descriptor."""

    name: str
    """The full name, ``shop.Orders``."""
    methods: tuple[ServiceMethod, ...]
    file: Any
    """The descriptor of its file."""

    @property
    def method_names(self) -> list[str]:
        """The names of its methods. Rust reads them."""
        return [method.name for method in self.methods]


def service_of(descriptor: Any) -> Service:
    """Reads the descriptor of a service; a ``TypeError`` says why it is none."""
    for name, method in (("full_name", _of_google), ("type_name", _of_protobuf_py)):
        full_name = getattr(descriptor, name, None)
        if isinstance(full_name, str) and hasattr(descriptor, "methods"):
            return Service(full_name, tuple(map(method, descriptor.methods)), descriptor.file)
    raise TypeError(_no_service(descriptor))


def file_of(descriptor: Any) -> File:
    """Reads the descriptor of a file."""
    if hasattr(descriptor, "serialized_pb"):
        return File(descriptor.name, descriptor.serialized_pb, tuple(descriptor.dependencies))
    return File(descriptor.proto.name, descriptor.proto.to_binary(), tuple(descriptor.dependencies))


def add_files(descriptor: Any, files: dict[str, bytes]) -> None:
    """Adds a file by its name, encoded, after the files that it imports."""
    file = file_of(descriptor)
    if file.name in files:
        return
    for imported in file.imports:
        add_files(imported, files)
    files[file.name] = file.encoded


def _of_google(method: Any) -> ServiceMethod:
    return ServiceMethod(
        method.name,
        bool(method.client_streaming),
        bool(method.server_streaming),
        method.input_type.full_name,
        method.output_type.full_name,
        method.input_type,
        method.output_type,
    )


def _of_protobuf_py(method: Any) -> ServiceMethod:
    kind = method.method_kind
    return ServiceMethod(
        method.name,
        kind in {"client_streaming", "bidi_streaming"},
        kind in {"server_streaming", "bidi_streaming"},
        method.input.type_name,
        method.output.type_name,
        method.input,
        method.output,
    )


def _no_service(found: Any) -> str:
    names = list(_services_in(found))
    hint = f': write DESCRIPTOR.services_by_name["{names[0]}"], a service of the file' if names else ""
    return (
        f'service must be the full name of a service, "package.Service", or its descriptor, not '
        f"{type(found).__name__}{hint}"
    )


def _services_in(found: Any) -> Iterator[str]:
    """The names of the services of a ``_pb2`` module, or of the descriptor of a file."""
    file = getattr(found, "DESCRIPTOR", found)
    services = getattr(file, "services_by_name", None)
    if services is not None:
        yield from services
