"""The type parameters of requests and responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

BytesLike = bytes | bytearray | memoryview
"""The types of a message in a response, where it is not typed."""


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
    from typing_extensions import TypeVar

    Taken_co = TypeVar("Taken_co", covariant=True, default=bytes)
    Sent_co = TypeVar("Sent_co", covariant=True, default=BytesLike)
    SentInList_co = TypeVar("SentInList_co", covariant=True, default=bytes)
    ColumnsT = TypeVar("ColumnsT", bound=ColumnsLike)
else:
    from typing import TypeVar

    Taken_co = TypeVar("Taken_co", covariant=True)
    Sent_co = TypeVar("Sent_co", covariant=True)
    SentInList_co = TypeVar("SentInList_co", covariant=True)
