//! How the messages of a response may be sent.

use crate::Compression;
use crate::compression::Accepted;

/// What the client accepts, what the server wants, and how large a message may be.
#[derive(Clone, Copy, Debug)]
pub struct Sending {
    pub(crate) accepted: Accepted,
    pub(crate) compression: Compression,
    pub(crate) max_message_bytes: usize,
}

/// What was decided for one response.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    pub(crate) compression: Compression,
    /// The indices of the messages that are not compressed.
    pub(crate) uncompressed: Vec<usize>,
    pub(crate) max_message_bytes: usize,
}

impl Encoding {
    /// Leaves the messages at these indices as they are.
    pub(crate) fn except(mut self, mut indices: Vec<usize>) -> Self {
        indices.sort_unstable();
        self.uncompressed = indices;
        self
    }

    pub(super) fn of(&self, index: usize) -> Compression {
        // Without exceptions, which is the rule, nothing is looked up.
        if self.uncompressed.is_empty() || self.uncompressed.binary_search(&index).is_err() {
            self.compression
        } else {
            Compression::Identity
        }
    }
}

impl Sending {
    /// The wish of the response goes before the server's; the client decides over both.
    pub(crate) fn choose(&self, wanted: Option<Compression>) -> Encoding {
        Encoding {
            compression: self.accepted.choose(wanted.unwrap_or(self.compression)),
            uncompressed: Vec::new(),
            max_message_bytes: self.max_message_bytes,
        }
    }
}
