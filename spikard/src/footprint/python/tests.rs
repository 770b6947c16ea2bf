//! What messages take, against what was measured in CPython 3.11 on x86-64.

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, MessageOptions,
};

use super::*;

fn field(name: &str, number: i32, label: Label, kind: Type, of: &str) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(label.into()),
        r#type: Some(kind.into()),
        type_name: (!of.is_empty()).then(|| of.to_owned()),
        ..Default::default()
    }
}

fn message(name: &str, fields: Vec<FieldDescriptorProto>) -> DescriptorProto {
    DescriptorProto {
        name: Some(name.to_owned()),
        field: fields,
        ..Default::default()
    }
}

/// `All`, of the messages that were measured.
fn all(library: &str) -> PythonMessages {
    use Label::{Optional, Repeated};

    // 9 numbers, 8 texts, a switch, a list and a message.
    let wide = (1..=20).map(|number| match number {
        5 => field("b", number, Optional, Type::Bool, ""),
        11 => field("l", number, Repeated, Type::String, ""),
        20 => field("m", number, Optional, Type::Message, ".z.Empty"),
        2 | 4 | 7 | 9 | 13 | 15 | 17 | 19 => field("t", number, Optional, Type::String, ""),
        _ => field("n", number, Optional, Type::Uint64, ""),
    });
    let pair = |name, key, value| DescriptorProto {
        options: Some(MessageOptions {
            map_entry: Some(true),
            ..Default::default()
        }),
        ..message(
            name,
            vec![
                field("key", 1, Optional, key, ""),
                field("value", 2, Optional, value, ".z.Empty"),
            ],
        )
    };
    let mut all = message(
        "All",
        vec![
            field("empties", 1, Repeated, Type::Message, ".z.Empty"),
            field("wides", 3, Repeated, Type::Message, ".z.Wide"),
            field("texts", 4, Repeated, Type::String, ""),
            field("longs", 5, Repeated, Type::Uint64, ""),
            field("numbers", 7, Repeated, Type::Message, ".z.All.NumbersEntry"),
            field("names", 8, Repeated, Type::Message, ".z.All.NamesEntry"),
            field("members", 9, Repeated, Type::Message, ".z.All.MembersEntry"),
            field("this", 11, Optional, Type::Message, ".z.All"),
        ],
    );
    all.nested_type = vec![
        pair("NumbersEntry", Type::Uint64, Type::Uint64),
        pair("NamesEntry", Type::String, Type::String),
        pair("MembersEntry", Type::Uint64, Type::Message),
    ];
    let file = FileDescriptorProto {
        package: Some(String::from("z")),
        message_type: vec![
            message("Empty", vec![]),
            message("Wide", wide.collect()),
            all,
        ],
        ..Default::default()
    };
    let set = FileDescriptorSet { file: vec![file] };
    PythonMessages::described("z.All", library, &set.encode_to_vec()).unwrap()
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn delimited(tag: usize, bytes: &[u8]) -> Vec<u8> {
    [varint(tag << 3 | 2), varint(bytes.len()), bytes.to_vec()].concat()
}

fn number(tag: usize, number: usize) -> Vec<u8> {
    [varint(tag << 3), varint(number)].concat()
}

/// What each of 2¹⁵ takes, of those that `one` makes.
fn each(class: &PythonMessages, one: impl Fn(usize) -> Vec<u8>) -> usize {
    const MANY: usize = 1 << 15;
    let bytes: Vec<u8> = (0..MANY).flat_map(one).collect();
    class.measure(&bytes, usize::MAX, true).unwrap() / MANY
}

#[test]
fn what_was_measured_is_never_more_and_not_far_from_it() {
    type One = fn(usize) -> Vec<u8>;
    const LIBRARIES: [&str; 4] = ["upb", "google-python", "protobuf-py", "betterproto2"];
    let measured: [(&str, One, [usize; 4]); 13] = [
        (
            "an empty message in a list",
            |_| delimited(1, b""),
            [24, 430, 135, 102],
        ),
        ("a wide one", |_| delimited(3, b""), [249, 430, 362, 344]),
        (
            "one with a list",
            |_| delimited(3, &delimited(11, b"")),
            [338, 767, 395, 376],
        ),
        (
            "one with an unknown field",
            |_| delimited(3, &number(99, 1)),
            [315, 687, 732, 392],
        ),
        (
            "one with a message",
            |_| delimited(3, &delimited(20, b"")),
            [257, 1009, 491, 440],
        ),
        ("a text in a list", |_| delimited(4, b"a"), [40, 14, 8, 14]),
        (
            "a longer one",
            |_| delimited(4, &[b'a'; 100]),
            [136, 173, 174, 166],
        ),
        ("a number in a list", |_| number(5, 1), [16, 14, 8, 8]),
        (
            "a pair of numbers",
            |i| delimited(7, &[number(1, i), number(2, i)].concat()),
            [84, 89, 95, 82],
        ),
        (
            "a pair of texts",
            |i| delimited(8, &delimited(1, format!("{i:06}").as_bytes())),
            [125, 62, 75, 61],
        ),
        (
            "a message in a map",
            |i| delimited(9, &number(1, i)),
            [98, 471, 197, 67],
        ),
        ("an unknown field", |_| number(99, 1), [3, 172, 54, 9]),
        (
            "an unknown field between others",
            |_| [delimited(1, b""), number(99, 1)].concat(),
            [60, 604, 195, 111],
        ),
    ];
    for (index, library) in LIBRARIES.into_iter().enumerate() {
        let class = all(library);
        for (what, one, measured) in measured {
            let measured = measured[index];
            let counted = each(&class, one);
            let text = format!("{library}: {what}: {counted} of {measured}");
            assert!(counted >= measured, "{text}");
            // Small numbers and letters are objects that there are anyway; betterproto2 makes no message that is left out
            // of a pair.
            assert!(counted <= 2 * measured + 240, "{text}");
        }
    }
}

#[test]
fn a_message_that_takes_too_much_is_refused_before_all_of_it_is_read() {
    for library in ["upb", "google-python", "protobuf-py"] {
        let bytes = delimited(1, b"").repeat(1 << 20);
        let refused = all(library).measure(&bytes, 1 << 20, true).unwrap_err();
        let Refused::TooLarge { at_least } = refused else {
            panic!("{refused:?}");
        };
        assert!(at_least < 3 << 20, "{library}: {at_least}");
    }
}

#[test]
fn what_is_no_message_is_counted_up_to_its_fault() {
    let broken = [
        delimited(1, b"").repeat(1000),
        vec![0x0e],
        delimited(1, b"").repeat(9),
    ]
    .concat();
    let whole = delimited(1, b"").repeat(1000);
    let class = all("upb");
    assert_eq!(
        class.measure(&broken, usize::MAX, true),
        class.measure(&whole, usize::MAX, true)
    );
    // A class that need not be protobuf.
    let text = PythonMessages::Unknown.measure(b"\x0ea text", usize::MAX, false);
    assert_eq!(text, Ok(unknown::MESSAGE + 7 * unknown::NO_PROTOBUF));
}

#[test]
fn a_library_that_reads_on_is_followed() {
    let class = all("betterproto2");
    let wide = class
        .measure(&delimited(3, b""), usize::MAX, false)
        .unwrap();
    let none = class.measure(b"", usize::MAX, false).unwrap();
    assert!(wide - none >= 344, "{}", wide - none);
    // Each has a wide message, in spite of what is wrong with it.
    for broken in [
        &b"\x1e"[..],
        b"\x1b",
        b"\x1c",
        b"\x1a\x05\x0a\x05abc",
        b"\x0a\x02\x09a\x1a\x00",
        b"\xf8\xff\xff\xff\xff\xff\x01\x01\x1a\x00",
        b"\x0a\x01\x80\x1a\x00",
        b"\x1a\x7f",
    ] {
        let taken = class.measure(broken, usize::MAX, false).unwrap();
        assert!(taken >= wide, "{broken:?}: {taken} of {wide}");
    }
    let mut deep = delimited(3, b"").repeat(1000);
    for _ in 0..150 {
        deep = delimited(11, &deep);
    }
    assert!(class.measure(&deep, usize::MAX, false).unwrap() >= 344_000);
}

#[test]
fn of_a_class_without_a_descriptor_each_field_is_the_most_that_it_can_be() {
    let class = PythonMessages::Unknown;
    // As measured of betterproto2.
    for (bytes, measured) in [
        (delimited(1, b""), 344),
        (delimited(1, &number(99, 1)), 392),
        (delimited(4, &[b'a'; 100]), 166),
        (number(5, 1), 16),
        (delimited(9, &number(1, 5)), 67),
    ] {
        let taken = class.measure(&bytes, usize::MAX, false).unwrap() - unknown::MESSAGE;
        assert!(taken >= measured, "{bytes:?}: {taken} of {measured}");
    }
}

#[test]
fn a_codec_says_how_many_times_its_bytes_a_message_takes() {
    let class = PythonMessages::Factor(16);
    assert_eq!(class.measure(&[0; 100], 2000, false), Ok(1600 + OBJECT));
    assert!(class.measure(&[0; 100], 1600, false).is_err());
    assert!(class.bound(false).is_close);
}

#[test]
fn a_message_of_its_own_has_an_arena() {
    let class = all("upb");
    let alone = class
        .measure(&delimited(3, b""), usize::MAX, false)
        .unwrap();
    let together = class.measure(&delimited(3, b""), usize::MAX, true).unwrap();
    assert!(alone >= 1264, "{alone}");
    assert!(together < 500, "{together}");
}

#[test]
fn descriptors_that_lack_something_are_named() {
    let set = FileDescriptorSet::default().encode_to_vec();
    for (library, set, text) in [
        (
            "upb",
            &set[..],
            "the descriptors do not have the message z.Gone",
        ),
        (
            "nowhere",
            &set[..],
            "the sizes of messages of \"nowhere\" are not known",
        ),
        (
            "upb",
            b"\x0a\x05",
            "the descriptors of z.Gone cannot be read",
        ),
    ] {
        let error = PythonMessages::described("z.Gone", library, set).unwrap_err();
        assert!(error.starts_with(text), "{error}");
    }
}
