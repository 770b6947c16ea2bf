//! The two languages of a handler, for tests that run once for each.

pub use spikard_examples::calls::Language;

/// Both.
pub const LANGUAGES: [Language; 2] = [Language::Rust, Language::Python];

/// The path of a method of the probe: `Join` is `/probe.Probe/JoinInPython` in Python.
pub fn path(method: &str, language: Language) -> String {
    match language {
        Language::Rust => format!("/probe.Probe/{method}"),
        Language::Python => format!("/probe.Probe/{method}InPython"),
    }
}
