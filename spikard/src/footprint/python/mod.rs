//! What a message takes once a library of Python has decoded it, from its bytes and what is known of its class.
//!
//! Of google's protobuf, protobuf-py and betterproto2 the fields of a message are known; of another library, each field
//! is taken for the most that it can be. A codec of the user's has a factor: its bytes need not be protobuf.
//!
//! What is no message is not refused here, since the library has the better text: a full-duplex handler may read what
//! comes after it.

mod costs;
mod reader;
mod schema;
#[cfg(test)]
mod tests;
mod unknown;
mod walk;

use super::bound::Bound;
use super::tally::{Refused, Tally};

use costs::{Library, OBJECT};
use schema::Schema;

/// For each byte, where a message has to be read: only an empty one is decoded unread.
const READ: usize = 1 << 32;

/// A class of messages in Python.
#[derive(Debug)]
pub(crate) enum PythonMessages {
    /// With a descriptor, and the library that decodes it.
    Described(Library, Schema),
    /// Without one. Its bytes are protobuf.
    Unknown,
    /// Of a codec that says how many times its bytes it takes.
    Factor(usize),
}

impl PythonMessages {
    /// A class with a descriptor. `set` is a `FileDescriptorSet` that has the message `name`.
    ///
    /// # Errors
    ///
    /// The library is not known, or the set does not have the message.
    pub(crate) fn described(name: &str, library: &str, set: &[u8]) -> Result<Self, String> {
        let library = Library::named(library)
            .ok_or_else(|| format!("the sizes of messages of {library:?} are not known"))?;
        Ok(Self::Described(library, Schema::new(library, name, set)?))
    }

    pub(super) fn bound(&self, together: bool) -> Bound {
        let (per_byte, fixed, is_close) = match self {
            Self::Described(library, schema) => {
                let root = library.root(schema.root(), together);
                (READ, root, false)
            }
            Self::Unknown => (READ, unknown::MESSAGE, false),
            Self::Factor(factor) => (*factor, OBJECT, true),
        };
        Bound {
            per_byte,
            fixed,
            is_close,
            keeps_bytes: false,
        }
    }

    /// What a message takes, with its place in the list of a request.
    pub(super) fn measure(
        &self,
        bytes: &[u8],
        most: usize,
        together: bool,
    ) -> Result<usize, Refused> {
        let mut tally = Tally::new(most);
        tally.add(self.bound(together).fixed)?;
        let read = match self {
            Self::Described(library, schema) => walk::message(&mut tally, *library, schema, bytes),
            Self::Unknown => unknown::message(&mut tally, bytes),
            Self::Factor(factor) => tally.add(bytes.len().saturating_mul(*factor)),
        };
        match read {
            Err(refused @ Refused::TooLarge { .. }) => return Err(refused),
            // The library stops there too, or goes on with the rest.
            Err(Refused::Malformed(_)) => tally.add(self.malformed(bytes.len()))?,
            Ok(()) => {}
        }
        if let Self::Described(library, _) = self {
            tally.add(library.arena(tally.heap(), together))?;
        }
        Ok(tally.heap())
    }

    /// What more a message of `len` bytes takes that is none, or no protobuf.
    fn malformed(&self, len: usize) -> usize {
        let factor = match self {
            Self::Described(library, _) => library.malformed_factor(),
            Self::Unknown => unknown::NO_PROTOBUF,
            Self::Factor(_) => 0,
        };
        len.saturating_mul(factor)
    }
}
