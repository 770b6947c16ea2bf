//! The tasks of HTTP/2 streams.

use std::future::Future;

use hyper::rt::Executor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::respond::while_wanted;

use super::idle::InFlight;

/// The streams of all connections of a server: each in a task, which is counted, and told when it is cut off. A connection
/// has a clone, which counts its own as well.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    pub(super) tasks: TaskTracker,
    pub(super) cut_off: CancellationToken,
    pub(super) in_flight: Option<InFlight>,
    /// Those of the connection.
    pub(super) of_connection: TaskTracker,
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let cut_off = self.cut_off.clone().cancelled_owned();
        let stream = while_wanted(stream, cut_off);
        let stream = self.of_connection.track_future(stream);
        match &self.in_flight {
            None => self.tasks.spawn(stream),
            Some(in_flight) => {
                let counted = in_flight.count();
                self.tasks.spawn(async move {
                    stream.await;
                    drop(counted);
                })
            }
        };
    }
}
