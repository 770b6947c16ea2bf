//! What spikard-build generates of the files in `proto`.
#![expect(
    missing_docs,
    reason = "the comments of the .proto files are the documentation"
)]

include!(concat!(env!("OUT_DIR"), "/packages.rs"));

/// A service whose method `Import` was renamed to `ImportAll`.
pub mod renamed {
    pub mod before {
        include!(concat!(env!("OUT_DIR"), "/before/records.rs"));
    }

    pub mod after {
        include!(concat!(env!("OUT_DIR"), "/after/records.rs"));
    }
}
