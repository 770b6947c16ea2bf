//! The tasks of HTTP/2 streams.

use std::future::Future;

use hyper::rt::Executor;

use crate::respond::until_deadline;

/// Runs each HTTP/2 stream in a task that ends with the deadline of its call.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamExecutor;

impl<F> Executor<F> for StreamExecutor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(until_deadline(stream));
    }
}
