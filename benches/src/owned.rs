//! Messages whose field of bytes is a `Vec<u8>`: as tonic's and prost's builders make them.

#[expect(clippy::duplicate_mod, reason = "the same code for either messages")]
#[path = "typed.rs"]
mod typed;

pub use typed::Typed;

/// The messages, and tonic's service, as they are generated from `proto/bench.proto`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod proto {
    include!(concat!(env!("OUT_DIR"), "/owned/bench.rs"));
}
