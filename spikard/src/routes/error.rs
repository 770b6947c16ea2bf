//! Why services cannot be served together.

use std::fmt;

use crate::Handler;

/// Why services cannot be served together.
///
/// `Debug` prints the same as `Display`: a program whose `main` returns the error prints the former.
#[non_exhaustive]
pub enum RoutesError {
    /// One method has two handlers.
    DuplicateMethod {
        /// The method, as `/service/method`.
        path: String,
        /// The handler that was added first.
        first: Handler,
        /// The handler that was added second.
        second: Handler,
    },
    /// A service of tonic's was added twice.
    DuplicateService {
        /// The full name of the service.
        service: String,
    },
    /// A layer is for a service or a method that is not served.
    #[cfg(feature = "server")]
    UnknownLayered {
        /// What the layer names.
        name: String,
        /// The services that are served.
        served: Vec<String>,
    },
    /// A service is not complete, and all must be.
    Incomplete {
        /// The methods without a handler, each as `service/method`.
        missing: Vec<String>,
        /// The services whose methods are not known, since they were given as a text.
        unknown: Vec<String>,
    },
    /// A Python callable cannot be used.
    #[cfg(feature = "python")]
    Python {
        /// The method, as `/service/method`.
        path: String,
        /// What is wrong with it.
        source: crate::python::PythonError,
    },
}

impl fmt::Display for RoutesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateMethod {
                path,
                first,
                second,
            } => write!(
                f,
                "{path} has two handlers, {first} and {second}: add only one of them, or give one \
                 another method name with `method = \"…\"`"
            ),
            Self::DuplicateService { service } => write!(
                f,
                "the service {service} is added twice, at least once with add_service: add it once, or each part of it with add, which merges the methods of one service"
            ),
            #[cfg(feature = "server")]
            Self::UnknownLayered { name, served } => write!(
                f,
                "layer_for names \"{name}\", which is not served: name a service or a method as \"package.Service\" or \
                 \"package.Service/Method\"; the services are {}",
                served.join(", ")
            ),
            Self::Incomplete { missing, unknown } => {
                f.write_str("complete_services: ")?;
                if !missing.is_empty() {
                    write!(
                        f,
                        "without a handler: {}; add one for each",
                        missing.join(", ")
                    )?;
                }
                if !missing.is_empty() && !unknown.is_empty() {
                    f.write_str("; ")?;
                }
                if !unknown.is_empty() {
                    write!(
                        f,
                        "given by name, so that their methods are not known: {}; give each as spikard-build's module, or in Python as its descriptor",
                        unknown.join(", ")
                    )?;
                }
                Ok(())
            }
            #[cfg(feature = "python")]
            Self::Python { path, source } => write!(f, "{path} cannot be served: {source}"),
        }
    }
}

impl fmt::Debug for RoutesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RoutesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DuplicateMethod { .. }
            | Self::DuplicateService { .. }
            | Self::Incomplete { .. } => None,
            #[cfg(feature = "server")]
            Self::UnknownLayered { .. } => None,
            #[cfg(feature = "python")]
            Self::Python { source, .. } => source.source(),
        }
    }
}
