//! What a server tells Python's side besides calls.

/// Something that has happened in Rust, on its way to the event loop's thread.
#[derive(Debug)]
pub(crate) enum Notice {
    /// What Python knows by this number is done.
    Done(u64),
    /// A line for the log: its level in Python's numbers, where it comes from, its text.
    Log(u8, &'static str, String),
}
