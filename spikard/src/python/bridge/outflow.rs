//! Response messages of a stream, between the Python handler and tokio.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::Status;
use crate::python::lock::{lock, unpoisoned};

/// Backpressure: the generator is suspended while this many bytes wait to be sent.
const FULL: usize = 32 * 1024;

/// A bounded queue of batches, each framed in one buffer.
#[derive(Default)]
pub(super) struct Outflow {
    state: Mutex<State>,
    /// For a thread that waits itself, where an event loop is woken.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Bytes>,
    size: usize,
    /// Those that were sent and those that wait.
    messages: usize,
    end: Option<Result<MetadataMap, Status>>,
    /// The call has ended: nothing more is sent.
    abandoned: bool,
    python_waits: bool,
    /// Whether a thread waits for `changed`, which is a system call to notify.
    thread_waits: bool,
    sender: Option<Waker>,
}

impl State {
    fn is_over(&self) -> bool {
        self.abandoned || self.end.is_some()
    }

    fn has_room(&self) -> bool {
        self.abandoned || self.size < FULL
    }

    /// Adds a batch. Returns who sends it.
    fn push(&mut self, batch: Bytes, messages: usize) -> Option<Waker> {
        if !batch.is_empty() && !self.is_over() {
            self.size += batch.len();
            self.messages += messages;
            self.batches.push_back(batch);
        }
        self.sender.take()
    }
}

impl Outflow {
    /// Adds a batch of so many messages. Returns whether there is room for more; if not, Python is woken when there is.
    pub(super) fn send(&self, batch: Bytes, messages: usize) -> bool {
        let (sender, room) = {
            let mut state = lock(&self.state);
            let sender = state.push(batch, messages);
            let room = state.has_room();
            state.python_waits = !room;
            (sender, room)
        };
        sender.inspect(Waker::wake_by_ref);
        room
    }

    /// The messages that were added.
    pub(super) fn messages(&self) -> usize {
        lock(&self.state).messages
    }

    /// Adds a batch of a thread that [waits](Self::wait) itself. Returns whether there is room for more.
    pub(super) fn send_here(&self, batch: Bytes, messages: usize) -> bool {
        let (sender, room) = {
            let mut state = lock(&self.state);
            (
                state.push(batch, messages),
                state.has_room() && !state.is_over(),
            )
        };
        sender.inspect(Waker::wake_by_ref);
        room
    }

    /// Waits for room. Returns whether the call still takes messages.
    pub(super) fn wait(&self) -> bool {
        let mut state = lock(&self.state);
        while !state.has_room() && !state.is_over() {
            state.thread_waits = true;
            state = unpoisoned(self.changed.wait(state));
        }
        !state.is_over()
    }

    /// Ends the stream after the messages in it. Only the first end counts.
    pub(super) fn end(&self, end: Result<MetadataMap, Status>) {
        let mut state = lock(&self.state);
        state.end.get_or_insert(end);
        let sender = state.sender.take();
        self.tell(state);
        sender.inspect(Waker::wake_by_ref);
    }

    /// The next batch, `None` after the last. The flag says whether to wake Python.
    pub(super) fn poll_next(
        &self,
        cx: &Context<'_>,
    ) -> (Poll<Option<Result<Bytes, Status>>>, bool) {
        let mut state = lock(&self.state);
        if let Some(batch) = state.batches.pop_front() {
            state.size -= batch.len();
            let room = state.size < FULL;
            let wake = room && std::mem::take(&mut state.python_waits);
            if room {
                self.tell(state);
            }
            return (Poll::Ready(Some(Ok(batch))), wake);
        }
        let polled = match &state.end {
            None => {
                state.sender = Some(cx.waker().clone());
                Poll::Pending
            }
            Some(Ok(_)) => Poll::Ready(None),
            Some(Err(status)) => Poll::Ready(Some(Err(status.clone()))),
        };
        (polled, false)
    }

    /// The trailers of a handler that has ended.
    pub(super) fn take_trailers(&self) -> MetadataMap {
        match &mut lock(&self.state).end {
            Some(Ok(trailers)) => std::mem::take(trailers),
            Some(Err(_)) | None => MetadataMap::new(),
        }
    }

    /// Drops what is queued and what comes later. Returns whether to wake Python.
    pub(super) fn abandon(&self) -> bool {
        let mut state = lock(&self.state);
        state.abandoned = true;
        state.size = 0;
        let wake = std::mem::take(&mut state.python_waits);
        let batches = std::mem::take(&mut state.batches);
        self.tell(state);
        drop(batches);
        wake
    }

    /// Lets go of the lock, and wakes a thread that waits.
    fn tell(&self, mut state: MutexGuard<'_, State>) {
        let waits = std::mem::take(&mut state.thread_waits);
        drop(state);
        if waits {
            self.changed.notify_all();
        }
    }

    /// Whether nothing of what is still sent reaches the client: it has gone, or has a status.
    pub(super) fn is_abandoned(&self) -> bool {
        let state = lock(&self.state);
        state.abandoned || matches!(state.end, Some(Err(_)))
    }
}
