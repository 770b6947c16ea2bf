//! The Rust samples of the guides, as doctests. A page that shows Rust has its place here; a test sees to it.

#[doc = include_str!("../../docs/guide/embedding.md")]
struct Embedding;

#[doc = include_str!("../../docs/guide/rust.md")]
struct Guide;

#[cfg(feature = "orca")]
#[doc = include_str!("../../docs/guide/load-balancing.md")]
struct LoadBalancing;

#[cfg(all(feature = "metrics", feature = "otel"))]
#[doc = include_str!("../../docs/guide/observability.md")]
struct Observability;
