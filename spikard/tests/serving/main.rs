//! spikard's own server, called over real sockets by clients of others.

mod compression;
mod duplex;
mod keepalive;
mod server;
mod services;
mod support;
mod tls;
