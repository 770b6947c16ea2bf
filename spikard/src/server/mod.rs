//! spikard's own server, over hyper: the promises about time, small frames and draining need one.

mod accept;
mod age;
mod builder;
mod clock;
mod connection;
mod drain;
mod error;
mod executor;
mod handshake;
#[cfg(feature = "health")]
mod health;
mod idle;
mod layers;
mod listener;
mod preface;
#[cfg(feature = "reflection")]
mod reflection;
mod serve;
mod settings;
mod signal;
mod stall;
mod through;
#[cfg(feature = "tls")]
mod tls;
mod transport;
mod turns;
mod verified_body;

pub use builder::ServerBuilder;
pub use error::ServeError;
pub use layers::LayeredService;
#[cfg(feature = "reflection")]
pub use reflection::ReflectionError;
pub use serve::Server;
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};
