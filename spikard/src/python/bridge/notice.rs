//! Notices: what a server reports to the event loop besides calls.

/// An event in Rust, on its way to the event loop's thread.
#[derive(Debug)]
pub(crate) enum Notice {
    /// The operation that Python knows by this token is done.
    Done(u64),
    /// A log record: its level in Python's numbers, its target, its text.
    Log(u8, &'static str, String),
}
