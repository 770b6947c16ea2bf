//! Tables of calls: what a client sends, and what it must get back, for both languages.
//!
//! A table is a TOML file with the calls of one service ([`Table`]). The demo plays the tables in
//! `demo/` and shows what happens; the end-to-end tests run those and their own.

mod check;
mod client;
mod codec;
mod message;
mod metadata;
mod table;

pub use check::differences;
pub use client::{Answer, Client};
pub use message::{MessageError, Method, compact};
pub use table::{Call, Expected, HandledIn, Language, Sent, Table, TableError, Values};
