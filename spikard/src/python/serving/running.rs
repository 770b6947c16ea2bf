//! A server on threads of its own.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};

use crate::python::bridge::{Bridge, Notice};
use crate::{ServeError, Server, ServerBuilder};

/// How long tokio's threads may take to end. They never wait for Python.
const THREADS_END_WITHIN: Duration = Duration::from_secs(1);

/// Stops a server, from any thread.
#[derive(Clone)]
pub(super) struct Stop(Arc<watch::Sender<Option<Duration>>>);

impl Stop {
    fn new() -> Self {
        Self(Arc::new(watch::channel(None).0))
    }

    /// Begins the drain with this grace period, or shortens the one of a drain that has begun.
    pub(super) fn within(&self, grace: Duration) {
        self.0.send_if_modified(|now| {
            let sooner = now.is_none_or(|before| grace < before);
            if sooner {
                *now = Some(grace);
            }
            sooner
        });
    }

    /// Resolves to the grace period when the drain begins.
    async fn told(mut receiver: watch::Receiver<Option<Duration>>) -> Duration {
        let told = receiver.wait_for(Option::is_some).await;
        told.ok().and_then(|grace| *grace).unwrap_or_default()
    }

    /// Resolves when a drain with this grace period is cut off by a shorter one.
    async fn sooner(mut receiver: watch::Receiver<Option<Duration>>, grace: Duration) {
        let sooner = |now: &Option<Duration>| now.is_some_and(|now| now < grace);
        match receiver.wait_for(sooner).await.map(|grace| *grace) {
            Ok(grace) => tokio::time::sleep(grace.unwrap_or_default()).await,
            Err(_) => std::future::pending().await,
        }
    }
}

/// tokio's threads, with the server on them.
pub(super) struct Running {
    runtime: Runtime,
    pub(super) stop: Stop,
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
        // SAFETY: Python has detached the descriptor from its socket object, so it is open and ours.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
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
pub(super) fn runtime(threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("spikard-io")
        .enable_all()
        .build()
}

impl Running {
    /// Serves on `socket`. The tokens `draining` and `ended` notify Python of the start of the drain and of its end.
    pub(super) fn start(
        builder: ServerBuilder,
        socket: Socket,
        threads: usize,
        bridge: &Arc<Bridge>,
        [draining, ended]: [u64; 2],
    ) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Bind {
            source,
            address: String::from("the threads of the server"),
        };
        let runtime = runtime(threads).map_err(failed)?;
        let server = {
            let _on_it = runtime.enter();
            socket.server(builder)?
        };
        let stop = Stop::new();
        let told = Stop::told(stop.0.subscribe());
        let cut_off = stop.0.subscribe();
        let (begun, begins) = oneshot::channel();
        let bridge = bridge.clone();
        runtime.spawn(async move {
            let _ended = Ended {
                bridge: bridge.clone(),
                token: ended,
            };
            let served = server.serve_until_told(async move {
                let grace = told.await;
                bridge.notify(Notice::Done(draining));
                // An error means that the server was dropped, and this future with it.
                let _ = begun.send(grace);
                grace
            });
            let cut_off = async move {
                match begins.await {
                    Ok(grace) => Stop::sooner(cut_off, grace).await,
                    Err(_) => std::future::pending().await,
                }
            };
            tokio::select! {
                () = served => {}
                () = cut_off => tracing::warn!("the grace period was shortened: ending the calls in flight"),
            }
        });
        Ok(Self { runtime, stop })
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
