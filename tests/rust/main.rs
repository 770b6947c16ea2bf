//! End-to-end tests over real sockets, each for handlers in Rust and in Python.

mod all_or_nothing;
mod cancellation;
mod drain;
mod failures;
mod kinds;
mod limits;
mod protocol;
mod small_messages;
mod startup;
mod support;
mod tables;
