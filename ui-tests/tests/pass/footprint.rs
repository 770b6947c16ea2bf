//! Messages that are written by hand, in the ways that prost reads.

use std::collections::{BTreeMap, HashMap};

use spikard::__private::{bound_of, heap_of};
use spikard::{Bytes, Footprint};

#[derive(Clone, PartialEq, prost::Message, Footprint)]
#[footprint(crate = ::spikard)]
struct Item {
    #[prost(string)]
    name: String,
    #[prost(bytes = "bytes", repeated)]
    parts: Vec<Bytes>,
    #[prost(oneof = "Kind", tags = "5, 6, 7")]
    kind: Option<Kind>,
    #[prost(int64, repeated)]
    numbers: Vec<i64>,
    #[prost(message, optional, boxed, tag = 20)]
    parent: Option<Box<Item>>,
    #[prost(hash_map = "int32, message", tag = "21")]
    children: HashMap<i32, Item>,
    #[prost(btree_map(string, string), tag(22))]
    names: BTreeMap<String, String>,
    #[prost(message, required, tag = "23")]
    by_hand: ByHand,
}

#[derive(Clone, PartialEq, prost::Oneof, Footprint)]
enum Kind {
    #[prost(string, tag = "5")]
    Text(String),
    #[prost(message, tag = "6")]
    Item(Box<Item>),
    #[prost(int32, tag = "7")]
    Number(i32),
}

/// A message of which nothing is known.
#[derive(Clone, PartialEq, prost::Message)]
struct ByHand {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, Copy, PartialEq, prost::Message, Footprint)]
struct Empty {}

/// What the bytes of a field take.
fn heap(field: &[u8]) -> usize {
    heap_of(Item::layout, field).unwrap() - field.len()
}

#[test]
fn each_field_is_known_by_its_tag() {
    // The message keeps its bytes, for the parts.
    assert_eq!(heap(b""), 0);
    assert_eq!(heap(b"\x0a\x01a"), 32);
    // Four parts of 32 bytes in a list, and the byte of the first.
    assert_eq!(heap(b"\x12\x01a"), 4 * 32 + 16 + 1);
    assert_eq!(heap(b"\x2a\x01a"), 32);
    assert!(heap(b"\x32\x00") > size_of::<Item>());
    assert_eq!(heap(b"\x38\x01"), 0);
    // The tag after those of the oneof.
    assert_eq!(heap(b"\x42\x01\x07"), 4 * 8 + 16);
    assert!(heap(b"\xa2\x01\x00") > size_of::<Item>());
    assert!(heap(b"\xaa\x01\x00") > 4 * size_of::<(i32, Item)>());
    assert!(heap(b"\xb2\x01\x00") > 11 * size_of::<(String, String)>());
    // Within it, nothing is known.
    assert!(heap(b"\xba\x01\x03\x0a\x01a") > 128);
}

#[test]
fn what_is_empty_takes_nothing() {
    assert_eq!(heap_of(Empty::layout, b"\x0a\x01a"), Some(0));
    assert_eq!(bound_of(Empty::layout, 1 << 20), 0);
}
