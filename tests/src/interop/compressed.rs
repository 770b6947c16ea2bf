//! Which messages are to be compressed, and which were.

use spikard::{Call, Compression, Status};

use super::proto::{BoolValue, ResponseParameters};

/// Refuses a message that did not come as its client says.
pub(super) fn expect(call: &Call, index: usize, expected: Option<BoolValue>) -> Result<(), Status> {
    let found = call.was_compressed(index);
    match expected {
        Some(expected) if expected.value != found => Err(Status::invalid_argument(format!(
            "message {index} has expect_compressed = {}, and it is {}compressed",
            expected.value,
            if found { "" } else { "not " }
        ))),
        _ => Ok(()),
    }
}

/// How to compress a response of one message.
pub(super) fn one(wanted: Option<BoolValue>) -> Option<Compression> {
    wanted.map(|wanted| {
        if wanted.value {
            Compression::Gzip
        } else {
            Compression::Identity
        }
    })
}

/// How to compress a response, and which of its messages not.
pub(super) fn each(parameters: &[ResponseParameters]) -> (Option<Compression>, Vec<usize>) {
    let wanted = |parameters: &ResponseParameters| parameters.compressed.is_some_and(|it| it.value);
    if !parameters.iter().any(wanted) {
        return (None, Vec::new());
    }
    let plain = (0..).zip(parameters).filter(|(_, one)| !wanted(one));
    let uncompressed = plain.map(|(index, _)| index).collect();
    (Some(Compression::Gzip), uncompressed)
}
