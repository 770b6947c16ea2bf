//! spikard's own server, called over real sockets by clients of others.

mod budget;
mod compression;
mod connections;
mod duplex;
mod failures;
mod keepalive;
mod layers;
mod protocol;
mod reflection;
mod retries;
mod server;
mod services;
mod shutdown;
mod spans;
mod support;
mod tls;
