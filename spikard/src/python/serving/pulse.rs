//! Whether Python answers: for health, and for the supervisor of a worker.

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use crate::python::bridge::{ASKED_EVERY, Ability, Bridge};
use crate::python::lock::lock;

use super::stop::Stop;

/// How often the supervisor hears that Python answers. It takes two seconds of silence for a stuck worker.
const BEAT: Duration = Duration::from_millis(500);

/// The event loop answers, and the threads take calls.
const ABLE: u8 = b'+';

/// No new connections, please: the threads take no calls, or the drain has begun.
const UNABLE: u8 = b'-';

/// The pulse of a server in Python.
#[derive(Clone)]
pub(super) struct Pulse {
    bridge: Weak<Bridge>,
    stop: Stop,
    /// To the supervisor.
    line: Arc<Mutex<Option<OwnedFd>>>,
}

impl Pulse {
    pub(super) fn new(bridge: &Arc<Bridge>, stop: Stop) -> Self {
        Self {
            bridge: Arc::downgrade(bridge),
            stop,
            line: Arc::default(),
        }
    }

    /// Tells a supervisor, from now on.
    pub(super) fn report(&self, line: OwnedFd) {
        *lock(&self.line) = Some(line);
    }

    /// Asks Python for as long as the server runs. On tokio's threads, which never wait for Python.
    pub(super) async fn run(self, mut ability: Ability) {
        let mut ticks = interval(ASKED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut said = Instant::now();
        let mut drains = false;
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.stop.begun(), if !drains => {
                    drains = true;
                    self.say(UNABLE);
                }
            }
            let Some(bridge) = self.bridge.upgrade() else {
                return;
            };
            let held = bridge.held();
            drop(bridge);
            if !drains {
                ability.judge(held);
            }
            // A loop that does not answer is silent, as a process is that was stopped.
            if said.elapsed() >= BEAT && held.by_loop < BEAT {
                said = Instant::now();
                let able = ability.is_able() && !drains;
                self.say(if able { ABLE } else { UNABLE });
            }
        }
    }

    fn say(&self, beat: u8) {
        let mut line = lock(&self.line);
        if let Some(fd) = &*line {
            // SAFETY: one byte, from a local, to our own descriptor.
            let sent = unsafe {
                let byte = std::ptr::from_ref(&beat).cast();
                libc::send(fd.as_raw_fd(), byte, 1, libc::MSG_DONTWAIT)
            };
            let error = std::io::Error::last_os_error();
            // A full line has a supervisor that does not read now, and will.
            if sent < 0 && error.kind() != std::io::ErrorKind::WouldBlock {
                // The supervisor has ended, which `Ending` sees.
                *line = None;
            }
        }
    }
}
