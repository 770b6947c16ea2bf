//! Request messages of a stream, between tokio and the Python handler.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::Status;
use crate::python::lock::{lock, unpoisoned};

/// Backpressure: room for one batch. The next is read when Python has taken the last.
#[derive(Default)]
pub(super) struct Inflow {
    state: Mutex<State>,
    /// For a thread that waits itself, where an event loop is woken.
    changed: Condvar,
}

/// Messages, in order.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) messages: Vec<Bytes>,
    /// The indices, in the whole stream, of those that were compressed.
    pub(super) compressed: Vec<usize>,
}

#[derive(Default)]
struct State {
    ready: Batch,
    /// Those of the batch that Python took last.
    compressed: Vec<usize>,
    end: End,
    closed: bool,
    python_waits: bool,
    /// Whether a thread waits for `changed`, which is a system call to notify.
    thread_waits: bool,
    reader: Option<Waker>,
}

/// How the stream ended, if it has.
#[derive(Default)]
pub(super) enum End {
    #[default]
    Open,
    HalfClosed,
    /// Reported once; after that, the stream reads as half-closed.
    Failed(Status),
}

/// What Python receives.
pub(super) enum Received {
    Messages(Vec<Bytes>),
    /// Python is woken when there is something.
    NothingYet,
    HalfClosed,
    Failed(Status),
    /// The call has ended: nothing is read any more.
    Closed,
}

impl State {
    /// What is there, and the reader, which has room again.
    fn take(&mut self) -> (Received, Option<Waker>) {
        if !self.ready.messages.is_empty() {
            let Batch {
                messages,
                compressed,
            } = std::mem::take(&mut self.ready);
            self.compressed = compressed;
            return (Received::Messages(messages), self.reader.take());
        }
        if self.closed {
            return (Received::Closed, None);
        }
        let received = match std::mem::replace(&mut self.end, End::HalfClosed) {
            End::HalfClosed => Received::HalfClosed,
            End::Failed(status) => Received::Failed(status),
            End::Open => {
                self.end = End::Open;
                Received::NothingYet
            }
        };
        (received, None)
    }
}

impl Inflow {
    /// What is there. Where it is nothing, the event loop is woken when there is something.
    pub(super) fn receive(&self) -> Received {
        let mut state = lock(&self.state);
        let (received, reader) = state.take();
        state.python_waits = matches!(received, Received::NothingYet);
        drop(state);
        reader.inspect(Waker::wake_by_ref);
        received
    }

    /// Waits, in a thread of its own, until there is something or the call has ended.
    pub(super) fn wait(&self) -> Received {
        let mut state = lock(&self.state);
        loop {
            match state.take() {
                (Received::NothingYet, _) => {
                    state.thread_waits = true;
                    state = unpoisoned(self.changed.wait(state));
                }
                (received, reader) => {
                    drop(state);
                    reader.inspect(Waker::wake_by_ref);
                    return received;
                }
            }
        }
    }

    /// Whether a message was compressed, of the batch that Python took last.
    pub(super) fn was_compressed(&self, index: usize) -> bool {
        lock(&self.state).compressed.binary_search(&index).is_ok()
    }

    /// Ready with `true` when there is room for a batch, with `false` when the call has ended. The waker is registered
    /// unless it has.
    pub(super) fn poll_room(&self, cx: &Context<'_>) -> Poll<bool> {
        let mut state = lock(&self.state);
        if state.closed {
            return Poll::Ready(false);
        }
        state.reader = Some(cx.waker().clone());
        if state.ready.messages.is_empty() {
            Poll::Ready(true)
        } else {
            Poll::Pending
        }
    }

    /// Stores a batch for Python. Returns whether to wake it.
    pub(super) fn put(&self, batch: Batch, end: End) -> bool {
        let mut state = lock(&self.state);
        if state.closed {
            return false;
        }
        state.ready = batch;
        state.end = end;
        let wake = std::mem::take(&mut state.python_waits);
        self.tell(state);
        wake
    }

    /// Stops reading and drops what is stored.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let (reader, ready) = (state.reader.take(), std::mem::take(&mut state.ready));
        self.tell(state);
        reader.inspect(Waker::wake_by_ref);
        drop(ready);
    }

    /// Lets go of the lock, and wakes a thread that waits.
    fn tell(&self, mut state: MutexGuard<'_, State>) {
        let waits = std::mem::take(&mut state.thread_waits);
        drop(state);
        if waits {
            self.changed.notify_all();
        }
    }
}
