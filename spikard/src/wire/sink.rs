//! Where the messages of a body go.

use crate::Status;

use super::payload::Payload;

/// What is taken out of the chunks: called with each message's flag and bytes.
pub(crate) trait Sink {
    /// Refuses a message by its declared length, before any of it is kept.
    fn admit(&mut self, compressed: bool, len: usize) -> Result<(), Status>;

    /// Takes a whole message.
    fn accept(&mut self, compressed: bool, payload: Payload<'_>) -> Result<(), Status>;

    /// Whether what was accepted has to be looked at before there is more.
    fn is_full(&self) -> bool;
}
