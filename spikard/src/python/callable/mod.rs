//! Python callables by path, as handlers of methods and as functions.

mod answer;
mod call;
pub(crate) mod rpc;

pub use call::call_python;
