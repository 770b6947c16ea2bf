//! The Python package inside the program.

/// The path of each module, such as `spikard/grpc/__init__.py`, and its source. `build.rs` leaves out what only the
/// wheel can run.
pub(super) const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/package.rs"));
