//! The signals that end a server.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// SIGTERM and Ctrl-C, received from the moment that this is made.
#[cfg(unix)]
pub(super) struct Termination {
    terminate: Signal,
    interrupt: Signal,
}

#[cfg(unix)]
impl Termination {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The next signal.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Ctrl-C, received from the moment that this is made.
#[cfg(windows)]
pub(super) struct Termination {
    interrupt: CtrlC,
}

#[cfg(windows)]
impl Termination {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
        })
    }

    /// The next signal.
    pub(super) async fn next(&mut self) {
        let _ = self.interrupt.recv().await;
    }
}
