//! The Python package, carried by the program.

/// The modules by their paths, `spikard/grpc/__init__.py`; `build.rs` says which are left out.
pub(super) const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/package.rs"));
