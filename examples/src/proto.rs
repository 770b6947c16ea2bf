//! The messages of the `.proto` files, as the build script compiled them.

/// What the build script compiled, as a `FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

#[expect(
    missing_docs,
    reason = "the comments of the .proto file are its documentation"
)]
pub mod messageservice {
    include!(concat!(env!("OUT_DIR"), "/messageservice.rs"));
}

#[expect(
    missing_docs,
    reason = "the comments of the .proto file are its documentation"
)]
pub mod transformservice {
    include!(concat!(env!("OUT_DIR"), "/transformservice.rs"));
}

#[expect(
    missing_docs,
    reason = "the comments of the .proto file are its documentation"
)]
pub mod recordservice {
    include!(concat!(env!("OUT_DIR"), "/recordservice.rs"));
}
