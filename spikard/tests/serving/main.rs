//! spikard's own server, called over real sockets by clients of others.

mod budget;
mod compression;
mod connections;
mod descriptors;
mod duplex;
mod ends;
mod failures;
mod keepalive;
mod layers;
mod listening;
mod log;
mod logged;
mod orca;
mod protocol;
mod reflection;
mod retries;
mod sent;
mod server;
mod services;
mod shutdown;
mod spans;
mod support;
mod tls;
mod uploads;
