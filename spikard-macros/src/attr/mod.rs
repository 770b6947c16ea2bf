//! The contents of `#[grpc_stream(…)]` and `#[grpc(…)]`.

mod callable;
mod duration;
mod entries;
mod given;
mod key;
mod literal;
mod method_options;
mod nearest;
mod options;
mod place;
mod service_name;
mod size;

pub(crate) use entries::Entries;
pub(crate) use given::Given;
pub(crate) use method_options::{MethodOptions, UnknownLimit};
pub(crate) use options::Options;
pub(crate) use place::Place;
