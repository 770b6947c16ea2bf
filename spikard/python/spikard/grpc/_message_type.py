"""The type parameters of requests and responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol


class ColumnsLike(Protocol):
    """A record batch or a table, of pyarrow, which is not imported for its types."""

    @property
    def num_rows(self) -> int: ...
    @property
    def num_columns(self) -> int: ...
    @property
    def schema(self) -> Any: ...


if TYPE_CHECKING:
    # Only type checkers need the defaults: what they say of a type without an argument.
    from typing_extensions import Buffer, TypeVar

    BytesLike = Buffer | Sequence[Buffer]
    """A message in a response, where it is not typed: bytes, another buffer that is contiguous (``bytearray``,
    ``memoryview``, an array), or several that are sent as one message."""
    Taken_co = TypeVar("Taken_co", covariant=True, default=bytes)
    Sent_co = TypeVar("Sent_co", covariant=True, default=bytes | bytearray | memoryview)
    SentInList_co = TypeVar("SentInList_co", covariant=True, default=bytes)
    State_co = TypeVar("State_co", covariant=True, default=Any)
    State = TypeVar("State", default=Any)
    ColumnsT = TypeVar("ColumnsT", bound=ColumnsLike)
else:
    from typing import TypeVar

    # `Buffer` came with Python 3.12.
    BytesLike = bytes | bytearray | memoryview | Sequence[bytes | bytearray | memoryview]
    Taken_co = TypeVar("Taken_co", covariant=True)
    Sent_co = TypeVar("Sent_co", covariant=True)
    SentInList_co = TypeVar("SentInList_co", covariant=True)
    State_co = TypeVar("State_co", covariant=True)
    State = TypeVar("State")
