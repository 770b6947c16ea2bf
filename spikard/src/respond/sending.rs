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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding {
    pub(crate) compression: Compression,
    pub(crate) max_message_bytes: usize,
}

impl Sending {
    /// The wish of the response goes before the server's; the client decides over both.
    pub(crate) fn choose(&self, wanted: Option<Compression>) -> Encoding {
        Encoding {
            compression: self.accepted.choose(wanted.unwrap_or(self.compression)),
            max_message_bytes: self.max_message_bytes,
        }
    }
}
