//! What a status lost on its way to a client.

use std::fmt;

use http::HeaderName;

/// As many names are logged of what is left out.
const NAMED: usize = 8;

/// What was taken from a status, as it is logged.
#[derive(Debug)]
pub(super) struct Losses {
    /// The bytes of its headers before, or a little less: the rest of a text is counted as it is, not as it is encoded.
    pub(super) size: usize,
    /// The names that are not sent, with their bytes.
    pub(super) left_out: Vec<(HeaderName, usize)>,
    /// The bytes of the whole text, if it was cut.
    pub(super) cut_text: Option<usize>,
}

impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        for (name, size) in self.left_out.iter().take(NAMED) {
            write!(f, "{before}{name} ({size} bytes) is left out")?;
            before = ", ";
        }
        if let Some(more @ 1..) = self.left_out.len().checked_sub(NAMED) {
            write!(f, "{before}{more} more are left out")?;
        }
        if let Some(whole) = self.cut_text {
            write!(f, "{before}its text of {whole} bytes is cut")?;
        }
        Ok(())
    }
}
