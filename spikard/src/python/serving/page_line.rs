//! The pages of metrics of a worker, on their way to its supervisor.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use crate::Stats;

/// How often the supervisor hears what has changed.
const EVERY: Duration = Duration::from_millis(500);

/// The time for the last page: a supervisor that does not read does not hold a worker.
const LAST_WITHIN: Duration = Duration::from_millis(200);

/// The line to the supervisor, if there is one.
#[derive(Clone, Default)]
pub(super) struct PageLine(Arc<Mutex<Option<Line>>>);

struct Line {
    stream: UnixStream,
    stats: Stats,
    /// What was sent last.
    page: String,
}

impl PageLine {
    /// Sends pages through this socket for as long as it is polled. On tokio's threads, which never wait for Python.
    ///
    /// # Errors
    ///
    /// Where tokio cannot take the socket.
    pub(super) async fn run(self, socket: OwnedFd, stats: Stats) -> io::Result<()> {
        let stream = std::os::unix::net::UnixStream::from(socket);
        stream.set_nonblocking(true)?;
        let stream = UnixStream::from_std(stream)?;
        let page = String::new();
        *self.0.lock().await = Some(Line {
            stream,
            stats,
            page,
        });
        loop {
            self.send().await;
            sleep(EVERY).await;
        }
    }

    /// Sends what has changed since the last page.
    async fn send(&self) {
        let mut slot = self.0.lock().await;
        let Some(line) = &mut *slot else {
            return;
        };
        let page = line.stats.read().to_prometheus();
        if page == line.page {
            return;
        }
        // It ends with the supervisor, which `Ending` sees.
        if send(&mut line.stream, &page).await.is_err() {
            *slot = None;
            return;
        }
        line.page = page;
    }

    /// Sends the last page.
    pub(super) async fn finish(&self) {
        let _ = timeout(LAST_WITHIN, self.send()).await;
    }
}

/// A page after its length, in four bytes.
async fn send(stream: &mut UnixStream, page: &str) -> io::Result<()> {
    let length = u32::try_from(page.len()).map_err(io::Error::other)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(page.as_bytes()).await
}
