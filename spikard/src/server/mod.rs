//! spikard's own server, over hyper: the promises about time, small frames and draining need one.

mod accept;
mod builder;
mod connection;
mod drain;
mod error;
mod layers;
mod signal;
mod transport;
mod verified_body;

pub use builder::ServerBuilder;
pub use drain::Server;
pub use error::ServeError;
pub use layers::LayeredService;
