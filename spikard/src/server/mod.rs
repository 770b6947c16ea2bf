//! spikard's own server, over hyper: the promises about time, small frames and draining need one.

mod accept;
mod accepted;
mod address;
mod age;
mod bound;
mod broken;
mod builder;
mod clock;
mod connection;
mod drain;
mod error;
mod executor;
#[cfg(feature = "python")]
mod for_python;
mod handshake;
#[cfg(feature = "health")]
mod health;
mod idle;
mod incoming;
mod layers;
mod listener;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "metrics")]
mod metrics_bind;
#[cfg(feature = "orca")]
mod orca;
mod preface;
#[cfg(feature = "reflection")]
mod reflection;
mod serve;
mod settings;
mod signal;
mod silence;
mod socket;
mod stall;
mod stopping;
#[cfg(feature = "tls")]
mod tls;
mod transport;
mod verified_body;

pub use builder::ServerBuilder;
pub use error::ServeError;
#[cfg(feature = "health")]
pub use health::Health;
pub use incoming::IncomingConnection;
#[cfg(all(feature = "metrics", feature = "python"))]
pub(crate) use metrics::MetricsListener;
#[cfg(feature = "orca")]
pub use orca::Orca;
#[cfg(feature = "reflection")]
pub use reflection::ReflectionError;
pub use serve::Server;
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError, TlsReloader};
