//! The time, as both languages write it.

use std::time::SystemTime;

/// The time in UTC, ISO 8601 without a zone.
pub(crate) fn utc_now() -> String {
    let now = humantime::format_rfc3339_micros(SystemTime::now()).to_string();
    now.trim_end_matches('Z').to_owned()
}
