//! spikard's own server, over hyper: the promises about time, small frames and draining need one.

mod builder;
mod connection;
mod drain;
mod error;
mod handshake;
mod layers;
mod listener;
mod signal;
#[cfg(feature = "tls")]
mod tls;
mod transport;
mod verified_body;

pub use builder::ServerBuilder;
pub use drain::Server;
pub use error::ServeError;
pub use layers::LayeredService;
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};
