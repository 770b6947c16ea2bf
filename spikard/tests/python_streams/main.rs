//! Python handlers that stream, called as functions and over real sockets.
#![allow(missing_docs)]

#[path = "../python_support/mod.rs"]
mod python_support;
#[allow(dead_code, reason = "the tests of the server use the rest of it")]
#[path = "../serving/support.rs"]
mod support;

mod answers;
mod call;
mod client;
mod drain;
mod ends;
mod errors;
mod messages;
mod metadata;
mod pressure;
mod raw;
