//! Request messages of a stream, between tokio and the Python handler.

use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::Status;
use crate::python::lock::lock;

/// Backpressure: room for one batch. The next is read when Python has taken the last.
#[derive(Default)]
pub(super) struct Inflow(Mutex<State>);

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

impl Inflow {
    pub(super) fn receive(&self) -> Received {
        let mut state = lock(&self.0);
        if !state.ready.messages.is_empty() {
            let Batch {
                messages,
                compressed,
            } = std::mem::take(&mut state.ready);
            state.compressed = compressed;
            let reader = state.reader.take();
            drop(state);
            reader.inspect(Waker::wake_by_ref);
            return Received::Messages(messages);
        }
        if state.closed {
            return Received::Closed;
        }
        match std::mem::replace(&mut state.end, End::HalfClosed) {
            End::HalfClosed => Received::HalfClosed,
            End::Failed(status) => Received::Failed(status),
            End::Open => {
                state.end = End::Open;
                state.python_waits = true;
                Received::NothingYet
            }
        }
    }

    /// Whether a message was compressed, of the batch that Python took last.
    pub(super) fn was_compressed(&self, index: usize) -> bool {
        lock(&self.0).compressed.binary_search(&index).is_ok()
    }

    /// Ready with `true` when there is room for a batch, with `false` when the call has ended. The waker is registered
    /// unless it has.
    pub(super) fn poll_room(&self, cx: &Context<'_>) -> Poll<bool> {
        let mut state = lock(&self.0);
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
        let mut state = lock(&self.0);
        if state.closed {
            return false;
        }
        state.ready = batch;
        state.end = end;
        std::mem::take(&mut state.python_waits)
    }

    /// Stops reading and drops what is stored.
    pub(super) fn close(&self) {
        let (reader, ready) = {
            let mut state = lock(&self.0);
            state.closed = true;
            (state.reader.take(), std::mem::take(&mut state.ready))
        };
        reader.inspect(Waker::wake_by_ref);
        drop(ready);
    }
}
