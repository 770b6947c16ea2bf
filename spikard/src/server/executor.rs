//! The tasks of HTTP/2 streams.

use std::future::Future;

use hyper::rt::Executor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::respond::while_wanted;

/// The streams of all connections of a server: each in a task, which is counted, and told when it is cut off.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    pub(super) tasks: TaskTracker,
    pub(super) cut_off: CancellationToken,
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let cut_off = self.cut_off.clone().cancelled_owned();
        self.tasks.spawn(while_wanted(stream, cut_off));
    }
}
