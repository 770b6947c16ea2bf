//! The compressions that a message may have.

/// How messages are compressed, each on its own, as gRPC has it.
///
/// A request may use any of them, named in `grpc-encoding`; the limits count decompressed bytes. Responses are sent
/// uncompressed unless the server ([`ServerBuilder::compression`](crate::ServerBuilder::compression)) or one response
/// says otherwise, and never in an encoding that the client's `grpc-accept-encoding` lacks.
///
/// `Gzip` and `Deflate` need the Cargo feature `gzip` (on by default), `Zstd` the feature `zstd`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// No compression.
    #[default]
    Identity,
    /// gzip, which every gRPC implementation knows.
    Gzip,
    /// zlib's format, which gRPC calls `deflate`.
    Deflate,
    /// Zstandard.
    Zstd,
}

impl Compression {
    pub(crate) const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Deflate, Self::Zstd];

    /// The name in `grpc-encoding` and `grpc-accept-encoding`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
        }
    }

    /// Whether this build supports it.
    pub const fn is_supported(self) -> bool {
        match self {
            Self::Identity => true,
            Self::Gzip | Self::Deflate => cfg!(feature = "gzip"),
            Self::Zstd => cfg!(feature = "zstd"),
        }
    }

    /// The compression with this name, whether this build supports it or not.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
