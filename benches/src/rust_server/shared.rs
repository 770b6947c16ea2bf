//! tonic's server with messages with fields of `Bytes`.

#[expect(clippy::duplicate_mod, reason = "the same code for either messages")]
#[path = "tonic_server.rs"]
mod tonic_server;

use spikard_benches::shared::proto;

pub(crate) use tonic_server::serve;
