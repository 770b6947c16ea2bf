//! The connections that are open, and their graceful shutdown within a bound.

use std::future::{Future, pending};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::accepted::Accepted;
use super::connection::Serving;
use super::executor::Streams;
use super::stopping::Stopping;

/// The time for the answers of calls that are cut off to be sent.
const ANSWER_WITHIN: Duration = Duration::from_millis(100);

/// The time for the handlers of calls that have ended to be dropped.
const END_WITHIN: Duration = Duration::from_millis(250);

/// Connections, each in a task of its own.
pub(super) struct OpenConnections {
    tasks: JoinSet<()>,
    /// Whether their graceful shutdown has begun.
    stopping: watch::Sender<bool>,
    streams: Streams,
}

impl OpenConnections {
    pub(super) fn new(streams: Streams) -> Self {
        Self {
            streams,
            tasks: JoinSet::new(),
            stopping: watch::Sender::new(false),
        }
    }

    /// Serves one more.
    pub(super) fn serve(&mut self, serving: Serving, accepted: Accepted) {
        let stopping = Stopping(self.stopping.subscribe());
        self.tasks.spawn(serving.serve(accepted, stopping));
    }

    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Ready when one has ended.
    pub(super) async fn ended(&mut self) {
        if self.tasks.join_next().await.is_none() {
            pending::<()>().await;
        }
    }

    /// Sends each GOAWAY and waits for the calls in flight. After `grace`, or when `hurry` is ready, those that are left
    /// are answered UNAVAILABLE; returns how many there were.
    pub(super) async fn drain(self, grace: Duration, hurry: impl Future<Output = ()>) -> usize {
        let Self {
            mut tasks,
            stopping,
            streams,
        } = self;
        stopping.send_replace(true);
        tracing::info!(connections = tasks.len(), ?grace, "draining");
        let began = Instant::now();
        let cut_off = tokio::select! {
            () = all_ended(&mut tasks) => 0,
            () = sleep(grace) => streams.tasks.len(),
            () = hurry => streams.tasks.len(),
        };
        if cut_off > 0 {
            tracing::warn!(calls = cut_off, "cutting off the calls that are left");
            streams.cut_off.cancel();
            // An error means that a client does not read its answer.
            let _ = timeout(ANSWER_WITHIN, all_ended(&mut tasks)).await;
        }
        tasks.shutdown().await;
        streams.tasks.close();
        if timeout(END_WITHIN, streams.tasks.wait()).await.is_err() {
            let calls = streams.tasks.len();
            tracing::error!(
                calls,
                "handlers hold their threads, and go on after the server"
            );
        }
        if cut_off == 0 {
            tracing::info!("drained in {:.1?}", began.elapsed());
        }
        cut_off
    }
}

async fn all_ended(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}
