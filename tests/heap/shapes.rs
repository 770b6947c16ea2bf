//! Messages of one shape each: those that users send, those that say the worst, and those that are none.

use prost::bytes::Bytes;
use prost::encoding::{WireType, encode_key, encode_varint};

use crate::zoo::proto::{Animal, Large, Plain, animal};

const MANY: usize = 1000;

/// As users send them.
pub(crate) fn honest() -> Vec<(&'static str, Animal)> {
    let plain = || Plain {
        name: "a plain name".into(),
        value: 7,
        ..Plain::default()
    };
    vec![
        (
            "numbers",
            Animal {
                numbers: (0..1024).collect(),
                ..Animal::default()
            },
        ),
        (
            "some more numbers",
            Animal {
                numbers: (0..1025).collect(),
                ..Animal::default()
            },
        ),
        (
            "flags",
            Animal {
                flags: vec![true; MANY],
                ..Animal::default()
            },
        ),
        (
            "names",
            Animal {
                names: vec!["a name".into(); MANY],
                ..Animal::default()
            },
        ),
        (
            "parts",
            Animal {
                parts: vec![Bytes::from_static(b"a longer part of bytes"); MANY],
                ..Animal::default()
            },
        ),
        (
            "plains",
            Animal {
                plains: (0..MANY).map(|_| plain()).collect(),
                ..Animal::default()
            },
        ),
        (
            "large",
            Animal {
                large: vec![
                    Large {
                        a: "a".into(),
                        ..Large::default()
                    };
                    MANY
                ],
                ..Animal::default()
            },
        ),
        (
            "texts",
            Animal {
                texts: (0..MANY).map(|n| (n.to_string(), "text".into())).collect(),
                ..Animal::default()
            },
        ),
        (
            "by number",
            Animal {
                by_number: (0..1000).map(|n| (n, Large::default())).collect(),
                ..Animal::default()
            },
        ),
        (
            "a long text",
            Animal {
                name: "long ".repeat(MANY),
                ..Animal::default()
            },
        ),
        (
            "parents",
            (0..50).fold(Animal::default(), |parent, _| Animal {
                parent: Some(Box::new(parent)),
                ..Animal::default()
            }),
        ),
        (
            "of a kind",
            Animal {
                kind: Some(animal::Kind::Plain(plain())),
                ..Animal::default()
            },
        ),
    ]
}

fn key(tag: u32, wire: WireType) -> Vec<u8> {
    let mut key = Vec::new();
    encode_key(tag, wire, &mut key);
    key
}

fn field(tag: u32, content: &[u8]) -> Vec<u8> {
    let mut field = key(tag, WireType::LengthDelimited);
    encode_varint(content.len() as u64, &mut field);
    field.extend(content);
    field
}

/// The same field again and again, as small as it can be, and what no encoder writes.
pub(crate) fn worst() -> Vec<(&'static str, Vec<u8>)> {
    let empty = |tag| field(tag, &[]).repeat(MANY);
    let entries = |tag| (0..200).flat_map(move |n| field(tag, &[8, n])).collect();
    let group = [key(12, WireType::StartGroup), key(12, WireType::EndGroup)].concat();
    // Nine elements in two parts are joined to nine of one list.
    let halves = |tag, nested| {
        [
            field(tag, &field(nested, &[]).repeat(8)),
            field(tag, &field(nested, &[])),
        ]
    };
    vec![
        ("empty names", empty(3)),
        ("empty parts", empty(4)),
        ("empty messages of a large type", empty(10)),
        ("empty messages of no size", empty(11)),
        ("empty animals", empty(12)),
        ("one list element", field(10, &[])),
        ("five list elements", field(10, &[]).repeat(5)),
        ("one parent again and again", empty(13)),
        ("one kind again and again", empty(19)),
        (
            "kinds in turn",
            [field(18, b"a"), field(19, &[]), field(20, &field(1, b"b"))]
                .concat()
                .repeat(MANY),
        ),
        ("packed numbers", field(5, &[1; 5000])),
        ("packed numbers, one each", field(5, &[1]).repeat(MANY)),
        (
            "numbers that are not packed",
            [key(25, WireType::Varint), vec![1]].concat().repeat(MANY),
        ),
        ("entries of one number", entries(16)),
        ("entries of nothing", empty(16)),
        ("entries of one flag", entries(17)),
        (
            "texts longer and longer",
            (0..100)
                .flat_map(|len| field(1, &vec![b'a'; len]))
                .collect(),
        ),
        ("a parent in parts", halves(13, 10).concat()),
        ("a kind in parts", halves(19, 10).concat()),
        (
            "a parent of a parent in parts",
            halves(13, 10).map(|half| field(13, &half)).concat(),
        ),
        ("groups where messages are due", group.repeat(MANY)),
        (
            "an entry with another wire type",
            [key(16, WireType::Varint), vec![2, 8, 1]]
                .concat()
                .repeat(9),
        ),
        (
            "a value in parts",
            field(
                16,
                &[field(2, &field(1, b"a")), field(2, &field(1, b"bc"))].concat(),
            ),
        ),
    ]
}

/// Bytes that are no message, of which prost would take more than a bound by their own length.
pub(crate) fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let many = field(10, &[]).repeat(MANY);
    let deep = (0..102).fold(Vec::new(), |inner, _| field(13, &inner));
    vec![
        // A message of two bytes whose list goes on beyond its end.
        (
            "a list beyond the end",
            [&key(12, WireType::LengthDelimited)[..], &[1], &many].concat(),
        ),
        (
            "a text beyond the end",
            [field(13, &[10, 100]), vec![b'a'; 100]].concat(),
        ),
        ("too deep", deep),
        ("a group that does not end", key(12, WireType::StartGroup)),
        ("an end without a group", key(12, WireType::EndGroup)),
        ("a varint that does not end", vec![0x80; 11]),
        ("an unknown wire type", vec![7]),
    ]
}
