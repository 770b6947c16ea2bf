//! How the messages of one response are encoded.

use crate::wire::Codec;

/// What was decided for one response.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    pub(crate) codec: Option<Codec>,
    /// The indices of the messages that are not compressed, in order.
    pub(crate) uncompressed: Vec<usize>,
    pub(crate) max_message_bytes: usize,
}

impl Encoding {
    pub(super) fn codec_of(&self, index: usize) -> Option<Codec> {
        // Without exceptions, which is the rule, nothing is looked up.
        if self.uncompressed.is_empty() || self.uncompressed.binary_search(&index).is_err() {
            self.codec
        } else {
            None
        }
    }
}
