"""Metadata: a dict that keeps every value of a repeated key."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, SupportsIndex, cast

from spikard.grpc._misuse import MisuseError

MetadataLike = Mapping[str, Any] | Iterable[tuple[str, Any]]
"""What metadata is made from: a mapping, or pairs in which a key may be repeated."""

_MISSING: Any = object()
# The characters that gRPC allows in a key.
_KEY = re.compile(r"[0-9a-z_.-]+", re.ASCII)


class Metadata(dict[str, Any]):
    r"""The metadata of a request or a response.

    A dict from key to value. Values are ``str``, and ``bytes`` for keys that end in ``-bin``. Keys are lower
    case, as on the wire; a look-up takes any case. Where a key is repeated, the dict has its first value,
    and :meth:`get_all` all of them.

    >>> metadata = Metadata([("x-tag", "a"), ("x-tag", "b"), ("x-id-bin", b"\x01")])
    >>> metadata["X-Tag"], metadata.get_all("x-tag"), metadata["x-id-bin"]
    ('a', ['a', 'b'], b'\x01')
    """

    __slots__ = ("_repeated",)

    # All values of the repeated keys. An entry is valid while its first value is the one in the dict, so that no way of
    # changing the dict leaves a stale entry, not even `dict.__setitem__`.
    _repeated: dict[str, list[Any]]

    def __init__(self, values: MetadataLike = (), /, **more: Any) -> None:
        # Without `super().__init__()`: the dict is empty already, and every response makes two of these.
        self._repeated = {}
        if values:
            self._replace(values)
        if more:
            self._replace(more)

    def add(self, key: str, value: Any) -> None:
        """Adds a value to a key, beside those that it has."""
        key = _checked_key(key)
        self._add(key, _checked_value(key, value))

    def _add(self, key: str, value: Any) -> None:
        if key not in self:
            super().__setitem__(key, value)
        else:
            self._repeated[key] = [*self.get_all(key), value]

    def get_all(self, key: str) -> list[Any]:
        """Every value of a key, in order; an empty list where it has none."""
        key = _folded(key)
        first: Any = super().get(key, _MISSING)
        if first is _MISSING:
            return []
        values = self._repeated.get(key)
        return list(values) if values is not None and values[0] is first else [first]

    def pairs(self) -> list[tuple[str, Any]]:
        """Every key with every value; a repeated key comes more than once."""
        return [(key, value) for key in self for value in self.get_all(key)]

    def _replace(self, values: MetadataLike, /) -> None:
        """Sets the keys of `values`; a key that is repeated in it gets all its values."""
        if isinstance(values, Metadata):
            # Checked before, or received: a client may send what gRPC does not allow.
            for key, value in dict.items(values):
                super().__setitem__(key, value)
                self._repeated.pop(key, None)
                if len(all_values := values.get_all(key)) > 1:
                    self._repeated[key] = all_values
            return
        replaced: set[str] = set()
        for given, value in pairs_of(values):
            key = _checked_key(given)
            if key in replaced:
                self.add(key, value)
            else:
                self[key] = value
                replaced.add(key)

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(_folded(key))

    def __setitem__(self, key: str, value: Any) -> None:
        key = _checked_key(key)
        super().__setitem__(key, _checked_value(key, value))
        self._repeated.pop(key, None)

    def __delitem__(self, key: str) -> None:
        key = _folded(key)
        super().__delitem__(key)
        self._repeated.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(_folded(key))

    def get(self, key: str, default: Any = None) -> Any:
        """The first value of a key."""
        return super().get(_folded(key), default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The first value of a key, which is set where it is missing."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str, default: Any = _MISSING) -> Any:
        """Removes a key with all its values; returns the first."""
        key = _folded(key)
        self._repeated.pop(key, None)
        return super().pop(key) if default is _MISSING else super().pop(key, default)

    def popitem(self) -> tuple[str, Any]:
        """Removes the last key with all its values; returns it with the first."""
        key, value = super().popitem()
        self._repeated.pop(key, None)
        return key, value

    def clear(self) -> None:
        """Removes every key."""
        super().clear()
        self._repeated.clear()

    def update(self, values: Any = (), /, **more: Any) -> None:
        """Sets keys, each to the values that it has in `values`."""
        self._replace(values)
        self._replace(more)

    def copy(self) -> Metadata:
        """A copy with every value."""
        return Metadata(self)

    __copy__ = copy

    @classmethod
    def fromkeys(cls, keys: Iterable[Any], value: Any = "", /) -> Metadata:  # type: ignore[override]
        """Metadata in which each key has one value."""
        return cls((key, value) for key in keys)

    def __or__(self, other: Mapping[str, Any]) -> Metadata:  # type: ignore[override]
        if not isinstance(other, Mapping):
            return NotImplemented
        merged = self.copy()
        merged.update(other)
        return merged

    def __ror__(self, other: Mapping[str, Any]) -> Metadata:  # type: ignore[override]
        if not isinstance(other, Mapping):
            return NotImplemented
        merged = Metadata(other)
        merged.update(self)
        return merged

    def __ior__(self, other: MetadataLike) -> Metadata:  # type: ignore[override]  # noqa: PYI034
        self.update(other)
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, dict):
            return NotImplemented
        if not isinstance(other, Metadata):
            return not self._has_repeated() and super().__eq__(_lowered(other))
        return super().__eq__(other) and all(self.get_all(key) == other.get_all(key) for key in self)

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = None

    def __repr__(self) -> str:
        if self._has_repeated():
            return f"Metadata({self.pairs()!r})"
        return f"Metadata({super().__repr__()})" if self else "Metadata()"

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return Metadata._rebuilt, (self.pairs(),)

    @staticmethod
    def _rebuilt(pairs: list[tuple[str, Any]]) -> Metadata:
        # Past the checks, which what was received need not pass.
        metadata = Metadata()
        for key, value in pairs:
            metadata._add(key, value)
        return metadata

    def _has_repeated(self) -> bool:
        return any(len(self.get_all(key)) > 1 for key in self._repeated)


def pairs_of(values: MetadataLike) -> Iterator[tuple[str, Any]]:
    """The pairs of what metadata is made from."""
    if isinstance(values, Metadata):
        return iter(values.pairs())
    if isinstance(values, Mapping):
        return iter(cast("Mapping[str, Any]", values).items())
    return iter(values)


def _lowered(values: dict[Any, Any]) -> dict[Any, Any]:
    return {_folded(key): value for key, value in values.items()}


def _folded(key: Any) -> Any:
    return key.lower() if isinstance(key, str) else key


def _checked_key(key: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a metadata key must be str, not {type(key).__name__}: {key!r}")
    return _sendable_key(key)


@functools.lru_cache(1024)
def _sendable_key(key: str) -> str:
    folded = key.lower()
    if _KEY.fullmatch(folded) is None:
        raise MisuseError(f'the metadata key "{key}" cannot be sent: a key has letters, digits, "-", "_" and "." only')
    return folded


def _checked_value(key: str, value: Any) -> Any:
    kind = type(value)
    binary = issubclass(kind, (bytes, bytearray, memoryview))
    if binary and key.endswith("-bin"):
        return bytes(value)
    if issubclass(kind, str) and not key.endswith("-bin"):
        if not (value.isascii() and value.isprintable()):
            raise MisuseError(
                f'the value of the metadata "{key}" cannot be sent: text must be printable ASCII; send other text as '
                f"bytes, under {key}-bin"
            )
        return value
    expected, hint = "str", "write str(…)"
    if key.endswith("-bin"):
        expected, hint = "bytes", "keys that end in -bin are binary"
    elif binary:
        hint = f"name it {key}-bin to send bytes"
    elif issubclass(kind, (list, tuple)):
        hint = "to repeat a key, use add() or give Metadata a list of pairs"
    raise TypeError(f"the metadata {key!r} must be {expected}, not {kind.__name__}: {hint}")
