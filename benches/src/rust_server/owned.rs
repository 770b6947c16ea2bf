//! tonic's server with messages as tonic generates them.

#[expect(clippy::duplicate_mod, reason = "the same code for either messages")]
#[path = "tonic_server.rs"]
mod tonic_server;

use spikard_benches::owned::proto;

pub(crate) use tonic_server::serve;
