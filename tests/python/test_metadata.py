"""Metadata: a dict that keeps repeated keys."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from spikard.grpc import Metadata

PAIRS: list[tuple[str, Any]] = [("x-tag", "a"), ("x-tag", "b"), ("x-id-bin", b"\x01"), ("x-tag", "c")]


def test_is_a_dict_of_first_values() -> None:
    metadata = Metadata(PAIRS)
    assert isinstance(metadata, dict)
    assert dict(metadata) == {"x-tag": "a", "x-id-bin": b"\x01"}
    assert metadata["x-tag"] == "a"
    assert metadata.get("x-none") is None
    assert metadata.get("x-none", "default") == "default"
    assert len(metadata) == 2


def test_repeated_keys_lose_nothing() -> None:
    metadata = Metadata(PAIRS)
    assert metadata.get_all("x-tag") == ["a", "b", "c"]
    assert metadata.get_all("x-id-bin") == [b"\x01"]
    assert metadata.get_all("x-none") == []
    assert metadata.pairs() == [("x-tag", "a"), ("x-tag", "b"), ("x-tag", "c"), ("x-id-bin", b"\x01")]


def test_keys_are_found_in_any_case() -> None:
    metadata = Metadata({"X-Tag": "a"})
    assert list(metadata) == ["x-tag"]
    assert metadata["X-TAG"] == metadata.get("x-Tag") == "a"
    assert "X-tag" in metadata
    number: Any = 7
    assert number not in metadata
    assert metadata.get_all("X-TAG") == ["a"]
    del metadata["X-Tag"]
    assert metadata == {}


def set_item(metadata: Metadata) -> None:
    metadata["X-Tag"] = "new"


def set_same(metadata: Metadata) -> None:
    metadata["x-tag"] = metadata["x-tag"]


def through_dict(metadata: Metadata) -> None:
    dict.__setitem__(metadata, "x-tag", "new")


def update_with_mapping(metadata: Metadata) -> None:
    metadata.update({"x-tag": "new"})


def update_with_keyword(metadata: Metadata) -> None:
    metadata.update(**{"x-tag": "new"})


def update_with_pairs(metadata: Metadata) -> None:
    metadata.update([("x-tag", "d"), ("X-Tag", "e")])


def merge_in_place(metadata: Metadata) -> None:
    metadata |= {"x-tag": "new"}


def delete(metadata: Metadata) -> None:
    del metadata["x-tag"]


def delete_through_dict(metadata: Metadata) -> None:
    dict.__delitem__(metadata, "x-tag")


def pop(metadata: Metadata) -> None:
    assert metadata.pop("X-Tag") == "a"
    assert metadata.pop("x-tag", "gone") == "gone"


def pop_item(metadata: Metadata) -> None:
    assert metadata.popitem() == ("x-id-bin", b"\x01")
    assert metadata.popitem() == ("x-tag", "a")


def clear(metadata: Metadata) -> None:
    metadata.clear()


def delete_and_set(metadata: Metadata) -> None:
    first = metadata["x-tag"]
    del metadata["x-tag"]
    metadata["x-tag"] = first


def add(metadata: Metadata) -> None:
    metadata.add("X-Tag", "d")


def set_default(metadata: Metadata) -> None:
    assert metadata.setdefault("x-tag", "unused") == "a"


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (set_item, ["new"]),
        (set_same, ["a"]),
        (through_dict, ["new"]),
        (update_with_mapping, ["new"]),
        (update_with_keyword, ["new"]),
        (update_with_pairs, ["d", "e"]),
        (merge_in_place, ["new"]),
        (delete, []),
        (delete_through_dict, []),
        (pop, []),
        (pop_item, []),
        (clear, []),
        (delete_and_set, ["a"]),
        (add, ["a", "b", "c", "d"]),
        (set_default, ["a", "b", "c"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_way_to_change_it(change: Any, left: list[str]) -> None:
    metadata = Metadata(PAIRS)
    change(metadata)
    assert metadata.get_all("x-tag") == left
    assert [value for key, value in metadata.pairs() if key == "x-tag"] == left


def test_what_is_set_after_a_deletion_behind_its_back_is_alone() -> None:
    metadata = Metadata(PAIRS)
    dict.__delitem__(metadata, "x-tag")
    metadata.add("x-tag", "new")
    assert metadata.get_all("x-tag") == ["new"]


def test_merged_with_or() -> None:
    metadata = Metadata(PAIRS)
    merged = metadata | {"x-other": "1"}
    assert type(merged) is Metadata
    assert merged.get_all("x-tag") == ["a", "b", "c"]
    reverse = {"x-tag": "old", "x-other": "1"} | metadata
    assert type(reverse) is Metadata
    assert reverse.get_all("x-tag") == ["a", "b", "c"]
    assert reverse["x-other"] == "1"
    with pytest.raises(TypeError):
        metadata | 7  # type: ignore[operator]  # pyright: ignore


def test_compares_by_every_value() -> None:
    assert Metadata(PAIRS) == Metadata(PAIRS)
    assert Metadata(PAIRS) != Metadata(PAIRS[:-1])
    assert Metadata(PAIRS) != {"x-tag": "a", "x-id-bin": b"\x01"}
    assert Metadata({"x-tag": "a"}) == {"X-Tag": "a"}
    assert {"x-tag": "a"} == Metadata({"x-tag": "a"})
    assert Metadata({"x-tag": "a"}) != {"x-tag": "b"}
    assert Metadata() != 7
    with pytest.raises(TypeError):
        hash(Metadata())


@pytest.mark.parametrize("pairs", [[], PAIRS[:1], PAIRS])
def test_copies_and_pickles_with_every_value(pairs: list[tuple[str, Any]]) -> None:
    metadata = Metadata(pairs)
    for other in (
        metadata.copy(),
        copy.copy(metadata),
        copy.deepcopy(metadata),
        *(pickle.loads(pickle.dumps(metadata, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
        eval(repr(metadata)),
        Metadata(metadata),
    ):
        assert type(other) is Metadata
        assert other == metadata
        assert other.pairs() == metadata.pairs()
        assert other is not metadata


def test_from_keys() -> None:
    assert Metadata.fromkeys(["A", "b"], "1") == {"a": "1", "b": "1"}


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("x-count", 3, "the metadata 'x-count' must be str, not int: write str"),
        ("x-tag", b"a", "name it x-tag-bin to send bytes"),
        ("x-tag", ["a", "b"], "to repeat a key, use add"),
        ("x-tag-bin", "a", "must be bytes, not str: keys that end in -bin are binary"),
        ("x-tag", None, "must be str, not NoneType"),
        (7, "a", "a metadata key must be str, not int"),
    ],
)
def test_wrong_values_are_refused_where_they_are_set(key: Any, value: Any, text: str) -> None:
    for attempt in (
        lambda: Metadata({key: value}),
        lambda: Metadata([(key, value)]),
        lambda: Metadata().add(key, value),
        lambda: Metadata().setdefault(key, value),
        lambda: Metadata().update({key: value}),
        lambda: Metadata().__setitem__(key, value),
    ):
        with pytest.raises(TypeError, match=text):
            attempt()


def test_bytes_like_values_become_bytes() -> None:
    metadata = Metadata({"a-bin": bytearray(b"a"), "b-bin": memoryview(b"b")})
    assert metadata == {"a-bin": b"a", "b-bin": b"b"}
    assert all(type(value) is bytes for value in metadata.values())


@pytest.mark.parametrize("key", ["", "two words", "grüße", "a:b", "a\n"])
def test_a_key_that_cannot_be_sent(key: str) -> None:
    for change in (lambda: Metadata({key: "a"}), lambda: Metadata().add(key, "a")):
        with pytest.raises(ValueError, match="cannot be sent: a key has letters, digits"):
            change()


@pytest.mark.parametrize("value", ["Jürgen", "a\nb", "\x7f", "\0"])
def test_a_value_that_cannot_be_sent(value: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII; send other text as bytes, under x-name-bin"):
        Metadata({"X-Name": value})


def test_what_was_received_is_passed_on_as_it_is() -> None:
    received = Metadata()
    dict.__setitem__(received, "x~name", "J\xfcrgen")
    received._repeated["x~name"] = ["J\xfcrgen", "b"]
    for copied in (Metadata(received), received.copy(), Metadata() | received, pickle.loads(pickle.dumps(received))):
        assert copied == received
        assert copied.get_all("x~name") == ["J\xfcrgen", "b"]


def test_one_value_replaces_several_that_begin_with_it() -> None:
    metadata = Metadata([("x-tag", "a"), ("x-tag", "b")])
    metadata.update(Metadata({"x-tag": metadata["x-tag"]}))
    assert metadata.get_all("x-tag") == ["a"]
