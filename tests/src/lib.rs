//! What the end-to-end tests share: the service they probe, clients, and servers of every kind.

pub mod faulty;
pub mod interop;
pub mod kinds;
pub mod languages;
pub mod mounts;
pub mod probe;
pub mod raw;
pub mod wire;

#[expect(
    missing_docs,
    reason = "the comments of the .proto file are its documentation"
)]
/// The messages of `proto/probe.proto`, as the build script compiled them.
pub mod proto {
    /// What the build script compiled, as a `FileDescriptorSet`.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

    include!(concat!(env!("OUT_DIR"), "/probe.rs"));
}
