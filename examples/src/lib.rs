//! The three services of spikard's documentation, each in Rust and in Python, on one server.
//!
//! - [`batch`]: client streaming, as free functions.
//! - [`transform`]: bidirectional streaming, as free functions.
//! - [`records`]: bidirectional streaming, as one `impl` block with state.
//! - [`average`]: a handler with a bug, to see what a bug does to a server.
//!
//! The Python handlers are in `python/`, the `.proto` files in `proto/`. [`calls`] reads the tables of
//! calls that the demo plays and the tests run.

pub mod average;
pub mod batch;
pub mod calls;
mod clock;
mod database;
pub mod proto;
pub mod records;
mod serving;
pub mod transform;

pub use serving::{handler, python_folder, server, start_python};
