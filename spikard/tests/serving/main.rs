//! spikard's own server, called over real sockets by clients of others.

mod budget;
mod compression;
mod connections;
mod duplex;
mod failures;
mod keepalive;
mod layers;
mod listening;
mod log;
mod logged;
mod orca;
mod retries;
mod sent;
mod server;
mod services;
mod shutdown;
mod support;
mod tls;
