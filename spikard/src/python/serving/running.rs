//! A server on threads of its own.

use std::io;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::python::bridge::{Ability, Bridge, Notice};
use crate::python::lock::lock;
#[cfg(feature = "health")]
use crate::server::Health;
use crate::{ServeError, Server, ServerBuilder, Stats};

use super::descriptor::owned;
#[cfg(feature = "metrics")]
use super::page_line::PageLine;
use super::pulse::Pulse;
use super::stop::Stop;

/// How long tokio's threads may take to end. They never wait for Python.
const THREADS_END_WITHIN: Duration = Duration::from_secs(1);

/// tokio's threads, with the server on them.
pub(super) struct Running {
    runtime: Runtime,
    pub(super) stop: Stop,
    pulse: Pulse,
    pub(super) stats: Stats,
    #[cfg(feature = "metrics")]
    pages: PageLine,
    #[cfg(feature = "health")]
    pub(super) health: Option<Health>,
}

/// Notifies Python when the server has ended, even by a panic.
struct Ended {
    bridge: Arc<Bridge>,
    token: u64,
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.bridge.notify(Notice::Done(self.token));
    }
}

/// A listening socket from Python.
pub(super) struct Socket {
    fd: OwnedFd,
    unix: bool,
}

impl Socket {
    pub(super) fn given(fd: RawFd, unix: bool) -> Self {
        let fd = owned(fd);
        Self { fd, unix }
    }

    fn server(self, builder: ServerBuilder) -> Result<Server, ServeError> {
        let refused = |source| ServeError::Bind {
            source,
            address: String::from("the given socket"),
        };
        if self.unix {
            let listener = std::os::unix::net::UnixListener::from(self.fd);
            let listener = listener
                .set_nonblocking(true)
                .and_then(|()| UnixListener::from_std(listener));
            builder.listen_on_unix(listener.map_err(refused)?)
        } else {
            let listener = std::net::TcpListener::from(self.fd);
            let listener = listener
                .set_nonblocking(true)
                .and_then(|()| TcpListener::from_std(listener));
            builder.listen_on(listener.map_err(refused)?)
        }
    }
}

/// A runtime with this many worker threads.
///
/// tokio panics where the system refuses a thread, and its threads then wait for each other: they are tried first.
pub(super) fn runtime(threads: usize) -> io::Result<Runtime> {
    try_threads(threads).map_err(|error| {
        let text =
            format!("the system does not start {threads} threads (runtime_threads): {error}");
        io::Error::new(error.kind(), text)
    })?;
    Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("spikard-io")
        .enable_all()
        .build()
}

/// Starts this many threads at once, and ends them.
fn try_threads(threads: usize) -> io::Result<()> {
    let (open, closed) = std::sync::mpsc::channel::<()>();
    let closed = Arc::new(std::sync::Mutex::new(closed));
    let mut started = Vec::new();
    let tried = (0..threads).try_for_each(|_| {
        let closed = closed.clone();
        // Each waits until the channel is closed.
        let wait = move || {
            let _ = lock(&closed).recv();
        };
        started.push(std::thread::Builder::new().spawn(wait)?);
        Ok(())
    });
    drop(open);
    for thread in started {
        // They cannot panic.
        let _ = thread.join();
    }
    tried
}

impl Running {
    /// Serves on `socket`. The token `ended` notifies Python of its end.
    pub(super) fn start(
        builder: ServerBuilder,
        socket: Socket,
        threads: usize,
        bridge: &Arc<Bridge>,
        unhealthy_after: Option<Duration>,
        ended: u64,
    ) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Bind {
            source,
            address: String::from("the threads of the server"),
        };
        let runtime = runtime(threads).map_err(failed)?;
        let stop = Stop::new();
        let pulse = Pulse::new(bridge, stop.clone());
        let ability = Ability::new(unhealthy_after);
        #[cfg(feature = "health")]
        let builder = builder.able(ability.subscribe());
        #[cfg(feature = "health")]
        let health = builder.reported_health();
        let server = {
            let _on_it = runtime.enter();
            socket.server(builder)?
        };
        let stats = server.stats();
        #[cfg(feature = "metrics")]
        let pages = PageLine::default();
        #[cfg(feature = "metrics")]
        let last_page = pages.clone();
        runtime.spawn(pulse.clone().run(ability));
        let told = Stop::told(stop.subscribe());
        let cut_off = stop.subscribe();
        let (begun, begins) = oneshot::channel();
        let bridge = bridge.clone();
        runtime.spawn(async move {
            let _ended = Ended {
                bridge,
                token: ended,
            };
            let told = async move {
                let grace = told.await;
                // An error means that the server was dropped, and this future with it.
                let _ = begun.send(grace);
                grace
            };
            let sooner = async move {
                match begins.await {
                    Ok(grace) => Stop::sooner(cut_off, grace).await,
                    Err(_) => std::future::pending().await,
                }
            };
            if let Err(error) = server.serve_until_told(told, sooner).await {
                tracing::warn!("{error}");
            }
            #[cfg(feature = "metrics")]
            last_page.finish().await;
        });
        Ok(Self {
            runtime,
            stop,
            pulse,
            stats,
            #[cfg(feature = "metrics")]
            pages,
            #[cfg(feature = "health")]
            health,
        })
    }

    /// Sends pages of metrics to the supervisor, from now on.
    #[cfg(feature = "metrics")]
    pub(super) fn report_metrics(&self, line: OwnedFd) {
        let (pages, stats) = (self.pages.clone(), self.stats.clone());
        self.runtime.spawn(async move {
            if let Err(error) = pages.run(line, stats).await {
                tracing::error!(%error, "the page of metrics does not get what this worker counts");
            }
        });
    }

    /// Tells the supervisor, from now on, whether Python answers.
    pub(super) fn report(&self, line: OwnedFd) {
        self.pulse.report(line);
    }

    /// Ends the threads, whatever still runs on them.
    pub(super) fn close(self) {
        self.runtime.shutdown_timeout(THREADS_END_WITHIN);
    }

    /// Abandons the threads without waiting.
    pub(super) fn abandon(self) {
        self.runtime.shutdown_background();
    }
}
