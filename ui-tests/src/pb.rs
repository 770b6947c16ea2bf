//! What spikard-build generates of the files in `proto`.
#![expect(
    missing_docs,
    reason = "the comments of the .proto files are the documentation"
)]

pub mod messageservice {
    include!(concat!(env!("OUT_DIR"), "/messageservice.rs"));
}

pub mod r#type {
    include!(concat!(env!("OUT_DIR"), "/r#type.rs"));

    pub mod store {
        include!(concat!(env!("OUT_DIR"), "/r#type.store.rs"));
    }
}

/// A service whose method `Import` was renamed to `ImportAll`.
pub mod renamed {
    pub mod before {
        include!(concat!(env!("OUT_DIR"), "/before/records.rs"));
    }

    pub mod after {
        include!(concat!(env!("OUT_DIR"), "/after/records.rs"));
    }
}
