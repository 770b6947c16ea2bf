//! A whole service inside a test: [`Client`].
//!
//! A unit test calls the handler's function. What lies around it, the limits, the layers and the deadline, is tested with a
//! client. This one is in the process, and its calls go through everything but a socket and TLS: the server speaks HTTP/2
//! with it over [`tokio::io::duplex`].

mod call;
mod client;
mod codec;
mod connection;
mod open;

pub use call::CallBuilder;
pub use client::Client;
pub use open::OpenCall;
