//! Why a server could not start, or stopped.

use std::fmt;
use std::io;

use crate::RoutesError;

/// Why [`Server`](crate::Server) could not serve.
///
/// `Debug` prints the same as `Display`: a program whose `main` returns the error prints the former.
#[non_exhaustive]
pub enum ServeError {
    /// The services cannot be served together, or one of their handlers is missing.
    Routes(RoutesError),
    /// The address cannot be listened on.
    Bind {
        /// What the operating system said.
        source: io::Error,
        /// The address, as it was given.
        address: String,
    },
    /// A certificate or key cannot be used.
    #[cfg(feature = "tls")]
    Tls(super::tls::TlsError),
    /// A file descriptor set cannot be shown.
    #[cfg(feature = "reflection")]
    Reflection(super::reflection::ReflectionError),
    /// SIGTERM and Ctrl-C cannot be received.
    Signal(io::Error),
}

impl From<RoutesError> for ServeError {
    fn from(error: RoutesError) -> Self {
        Self::Routes(error)
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Routes(error) => error.fmt(f),
            Self::Bind { source, address } => {
                write!(f, "cannot listen on {address}: {source}")?;
                if source.kind() == io::ErrorKind::AddrInUse {
                    f.write_str(
                        "; stop the program that uses the port, or take port 0 for a free one",
                    )?;
                }
                Ok(())
            }
            #[cfg(feature = "tls")]
            Self::Tls(error) => error.fmt(f),
            #[cfg(feature = "reflection")]
            Self::Reflection(error) => error.fmt(f),
            Self::Signal(error) => write!(f, "cannot wait for SIGTERM and Ctrl-C: {error}"),
        }
    }
}

impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Routes(error) => error.source(),
            #[cfg(feature = "tls")]
            Self::Tls(error) => error.source(),
            #[cfg(feature = "reflection")]
            Self::Reflection(error) => error.source(),
            Self::Bind { source, .. } | Self::Signal(source) => Some(source),
        }
    }
}
