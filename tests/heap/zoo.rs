//! Messages of the zoo, decoded by prost, against the bound that is known before.

use prost::Message;
use prost::bytes::Bytes;
use spikard::__private::{Layout, LayoutOf, bound_of, heap_of};
use spikard::Footprint;

use crate::counting::{Taken, taken_by};
use crate::random::{Random, animal, narrow, plain};
use crate::{alone, shapes};

#[expect(unreachable_pub, reason = "generated")]
pub(crate) mod proto {
    include!(concat!(env!("OUT_DIR"), "/zoo.rs"));
}

use proto::{Animal, Narrow, Plain};

fn decode<M: Message + Default>(bytes: &[u8]) -> Taken<Option<M>> {
    // Of `Bytes`, prost takes fields of bytes without copying them first.
    let bytes = Bytes::copy_from_slice(bytes);
    drop(bytes.clone());
    taken_by(|| M::decode(bytes.clone()).ok())
}

/// Decodes a message and holds it to its bounds. Returns the bound and what the message took.
fn checked<M: Message + Default>(layout: LayoutOf, bytes: &[u8], name: &str) -> (usize, usize) {
    let heap = heap_of(layout, bytes);
    let taken = decode::<M>(bytes);
    let Some(heap) = heap else {
        assert!(
            taken.value.is_none(),
            "{name}: refused, but it is a message"
        );
        return (0, 0);
    };
    let Taken { value, held, peak } = taken;
    assert!(held <= heap, "{name}: {held} bytes held, {heap} expected");
    // Lists that grow, and the error that says what is wrong.
    let most = heap + heap / 2 + 512;
    assert!(
        peak <= most,
        "{name}: {peak} bytes at once, {heap} expected"
    );
    let bound = bound_of(layout, bytes.len());
    assert!(
        held <= bound,
        "{name}: {held} bytes, but the bound is {bound}"
    );
    if value.is_some() {
        (heap, held)
    } else {
        (0, 0)
    }
}

/// Messages by chance, each with its seed.
fn by_chance(write: impl Fn(&mut Random, &mut Vec<u8>)) -> impl Iterator<Item = (String, Vec<u8>)> {
    (0..3_000).map(move |seed| {
        let mut random = Random::new(seed);
        let mut bytes = Vec::new();
        write(&mut random, &mut bytes);
        // Some are broken in one place.
        if seed % 3 == 0 && !bytes.is_empty() {
            let at = random.below(bytes.len());
            bytes[at] = random.byte();
        }
        (format!("seed {seed}"), bytes)
    })
}

#[test]
fn no_message_takes_more_than_is_known_before() {
    let _alone = alone();
    let (mut expected, mut taken) = (0, 0);
    for (name, bytes) in by_chance(|random, bytes| animal(random, 2, bytes)) {
        let (heap, held) = checked::<Animal>(Animal::layout, &bytes, &name);
        expected += heap;
        taken += held;
    }
    assert!(taken > 1 << 20, "{taken} bytes are too few to compare");
    assert!(
        expected < 4 * taken,
        "{expected} bytes expected, {taken} taken"
    );
}

#[test]
fn nor_does_one_that_is_bounded_by_its_length() {
    let _alone = alone();
    for (name, bytes) in by_chance(plain) {
        checked::<Plain>(Plain::layout, &bytes, &name);
    }
}

#[test]
fn messages_of_unknown_types_are_bounded() {
    let _alone = alone();
    assert!(size_of::<Narrow>() <= 128);
    let (mut expected, mut taken) = (0, 0);
    for (name, bytes) in by_chance(|random, bytes| narrow(random, 2, bytes)) {
        let (heap, held) = checked::<Narrow>(Layout::unknown, &bytes, &name);
        checked::<Narrow>(Narrow::layout, &bytes, &format!("known, {name}"));
        expected += heap;
        taken += held;
    }
    assert!(
        expected < 12 * taken,
        "{expected} bytes expected, {taken} taken"
    );
}

#[test]
fn what_is_known_is_near_to_what_is_taken() {
    let _alone = alone();
    for (name, message) in shapes::honest() {
        let bytes = message.encode_to_vec();
        let (heap, held) = checked::<Animal>(Animal::layout, &bytes, name);
        // Fields of bytes are counted as copies and as parts of the message.
        let kept = 2 * bytes.len();
        assert!(
            heap <= held + held / 3 + kept + 64,
            "{name}: {heap} expected, {held} taken"
        );
    }
}

#[test]
fn wire_bytes_that_say_the_worst() {
    let _alone = alone();
    for (name, bytes) in shapes::worst() {
        checked::<Animal>(Animal::layout, &bytes, name);
    }
}

#[test]
fn messages_that_end_outside_of_themselves_are_not_shown_to_prost() {
    let _alone = alone();
    for (name, bytes) in shapes::malformed() {
        assert_eq!(heap_of(Animal::layout, &bytes), None, "{name}");
        assert!(Animal::decode(&bytes[..]).is_err(), "{name}");
    }
}
