"""The type parameters of requests and responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    # Only type checkers need the defaults: what they say of a type without an argument.
    from typing_extensions import Buffer, TypeVar

    BytesLike = Union[Buffer, Sequence[Buffer]]  # noqa: UP007 - it has to be a type for the default below
    """A message in a response, where it is not typed: bytes, another buffer that is contiguous (``bytearray``,
    ``memoryview``, an array), or several that are sent as one message."""
    Taken_co = TypeVar("Taken_co", covariant=True, default=bytes)
    Sent_co = TypeVar("Sent_co", covariant=True, default=BytesLike)
    SentInList_co = TypeVar("SentInList_co", covariant=True, default=bytes)
else:
    from typing import TypeVar

    # `Buffer` came with Python 3.12.
    BytesLike = bytes | bytearray | memoryview | Sequence[bytes | bytearray | memoryview]
    Taken_co = TypeVar("Taken_co", covariant=True)
    Sent_co = TypeVar("Sent_co", covariant=True)
    SentInList_co = TypeVar("SentInList_co", covariant=True)
