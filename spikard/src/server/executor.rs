//! The tasks of HTTP/2 streams.

use std::future::Future;

use hyper::rt::Executor;

use crate::respond::while_read;

/// Runs each HTTP/2 stream in a task that ends when its response is not read in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamExecutor;

impl<F> Executor<F> for StreamExecutor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(while_read(stream));
    }
}
