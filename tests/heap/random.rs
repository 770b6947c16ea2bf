//! Encoded messages of the zoo, by chance. The same seed makes the same message.

use prost::encoding::{WireType, encode_key, encode_varint};

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % end
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[6]
    }

    /// A length that is small, as a rule.
    fn len(&mut self) -> usize {
        match self.below(8) {
            0 => 0,
            7 => self.below(200),
            _ => self.below(12),
        }
    }
}

fn delimited(tag: u32, content: &[u8], bytes: &mut Vec<u8>) {
    encode_key(tag, WireType::LengthDelimited, bytes);
    encode_varint(content.len() as u64, bytes);
    bytes.extend(content);
}

fn text(random: &mut Random, tag: u32, bytes: &mut Vec<u8>) {
    let text: Vec<u8> = (0..random.len())
        .map(|_| b'a' + random.byte() % 26)
        .collect();
    delimited(tag, &text, bytes);
}

fn nested(tag: u32, bytes: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut content = Vec::new();
    write(&mut content);
    delimited(tag, &content, bytes);
}

/// An entry of a map.
fn entry(
    random: &mut Random,
    tag: u32,
    bytes: &mut Vec<u8>,
    value: impl FnOnce(&mut Random, &mut Vec<u8>),
) {
    nested(tag, bytes, |bytes| {
        if random.below(4) > 0 {
            encode_key(1, WireType::Varint, bytes);
            encode_varint(random.below(300) as u64, bytes);
        }
        value(random, bytes);
    });
}

fn varints(random: &mut Random) -> Vec<u8> {
    let mut packed = Vec::new();
    for _ in 0..random.len() {
        encode_varint(random.below(1000) as u64, &mut packed);
    }
    packed
}

pub(crate) fn plain(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..random.below(6) {
        match random.below(6) {
            1 => {
                encode_key(2, WireType::Varint, bytes);
                encode_varint(random.next(), bytes);
            }
            4 => nested(5, bytes, |bytes| {
                text(random, 1, bytes);
                nested(2, bytes, |_| {});
            }),
            // Beyond its tags as well.
            field => text(random, [1, 0, 3, 4, 0, 9][field], bytes),
        }
    }
}

fn large(random: &mut Random, bytes: &mut Vec<u8>) {
    for tag in 1..=8 {
        if random.below(5) == 0 {
            text(random, tag, bytes);
        }
    }
}

pub(crate) fn animal(random: &mut Random, depth: usize, bytes: &mut Vec<u8>) {
    let tags = [
        1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 25, 26, 70, 71,
    ];
    // Sometimes the same field for long.
    let mut tag = 1;
    for _ in 0..random.below(16) {
        if random.below(3) > 0 {
            tag = tags[random.below(tags.len())];
        }
        match tag {
            5 | 6 | 9 => delimited(tag, &varints(random), bytes),
            7 => delimited(tag, &vec![1; 4 * random.len()], bytes),
            8 => delimited(tag, &vec![1; 8 * random.len()], bytes),
            10 | 14 => nested(tag, bytes, |bytes| large(random, bytes)),
            11 => delimited(tag, &[], bytes),
            12 | 13 | 19 if depth > 0 => {
                nested(tag, bytes, |bytes| animal(random, depth - 1, bytes))
            }
            12 | 13 | 19 => delimited(tag, &[], bytes),
            15 => nested(tag, bytes, |bytes| {
                text(random, 1, bytes);
                text(random, 2, bytes);
            }),
            16 => entry(random, tag, bytes, |random, bytes| {
                nested(2, bytes, |bytes| large(random, bytes));
            }),
            17 => entry(random, tag, bytes, |_, bytes| delimited(2, &[], bytes)),
            20 | 70 => nested(tag, bytes, |bytes| plain(random, bytes)),
            22 => nested(tag, bytes, |bytes| structure(random, depth, bytes)),
            71 => nested(tag, bytes, |bytes| value(random, depth, bytes)),
            23 => nested(tag, bytes, |bytes| text(random, 1, bytes)),
            24 => nested(tag, bytes, |bytes| {
                text(random, 1, bytes);
                text(random, 2, bytes);
            }),
            25 => {
                encode_key(tag, WireType::Varint, bytes);
                encode_varint(random.next(), bytes);
            }
            26 => {
                encode_key(tag, WireType::StartGroup, bytes);
                text(random, 3, bytes);
                encode_key(tag, WireType::EndGroup, bytes);
            }
            _ => text(random, tag, bytes),
        }
    }
}

/// Values that take no more than 128 bytes.
pub(crate) fn narrow(random: &mut Random, depth: usize, bytes: &mut Vec<u8>) {
    let mut tag = 2;
    for _ in 0..random.below(16) {
        if random.below(3) > 0 {
            tag = [1, 2, 3, 4, 5][random.below(5)];
        }
        match tag {
            1 if depth > 0 => nested(tag, bytes, |bytes| narrow(random, depth - 1, bytes)),
            1 => delimited(tag, &[], bytes),
            3 => delimited(tag, &varints(random), bytes),
            4 => nested(tag, bytes, |bytes| {
                entry(random, 2, bytes, |random, bytes| text(random, 2, bytes));
            }),
            _ => text(random, tag, bytes),
        }
    }
}

/// A `google.protobuf.Struct`.
fn structure(random: &mut Random, depth: usize, bytes: &mut Vec<u8>) {
    for _ in 0..random.len() {
        nested(1, bytes, |bytes| {
            text(random, 1, bytes);
            nested(2, bytes, |bytes| {
                value(random, depth.saturating_sub(1), bytes)
            });
        });
    }
}

/// A `google.protobuf.Value`.
fn value(random: &mut Random, depth: usize, bytes: &mut Vec<u8>) {
    match random.below(4) {
        0 => text(random, 3, bytes),
        1 if depth > 0 => nested(5, bytes, |bytes| structure(random, depth - 1, bytes)),
        2 if depth > 0 => nested(6, bytes, |bytes| {
            for _ in 0..random.len() {
                nested(1, bytes, |bytes| value(random, depth - 1, bytes));
            }
        }),
        _ => {
            encode_key(4, WireType::Varint, bytes);
            encode_varint(1, bytes);
        }
    }
}
