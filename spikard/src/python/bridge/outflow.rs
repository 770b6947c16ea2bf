//! Response messages of a stream, between the Python handler and tokio.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::Status;
use crate::python::lock::lock;

/// Backpressure: the generator is suspended while this many bytes wait to be sent.
const FULL: usize = 32 * 1024;

/// A bounded queue of batches, each framed in one buffer.
#[derive(Default)]
pub(super) struct Outflow(Mutex<State>);

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
    sender: Option<Waker>,
}

impl State {
    /// Whether Python may send more; if not, it waits for a wake-up.
    fn has_room(&mut self) -> bool {
        let room = self.abandoned || self.size < FULL;
        self.python_waits = !room;
        room
    }
}

impl Outflow {
    /// Adds a batch of so many messages. Returns whether there is room for more; if not, Python is woken when there is.
    pub(super) fn send(&self, batch: Bytes, messages: usize) -> bool {
        let (sender, room) = {
            let mut state = lock(&self.0);
            if !batch.is_empty() && !state.abandoned && state.end.is_none() {
                state.size += batch.len();
                state.messages += messages;
                state.batches.push_back(batch);
            }
            (state.sender.take(), state.has_room())
        };
        sender.inspect(Waker::wake_by_ref);
        room
    }

    /// The messages that were added.
    pub(super) fn messages(&self) -> usize {
        lock(&self.0).messages
    }

    /// Ends the stream after the messages in it. Only the first end counts.
    pub(super) fn end(&self, end: Result<MetadataMap, Status>) {
        let sender = {
            let mut state = lock(&self.0);
            state.end.get_or_insert(end);
            state.sender.take()
        };
        sender.inspect(Waker::wake_by_ref);
    }

    /// The next batch, `None` after the last. The flag says whether to wake Python.
    pub(super) fn poll_next(
        &self,
        cx: &Context<'_>,
    ) -> (Poll<Option<Result<Bytes, Status>>>, bool) {
        let mut state = lock(&self.0);
        if let Some(batch) = state.batches.pop_front() {
            state.size -= batch.len();
            let wake = state.size < FULL && std::mem::take(&mut state.python_waits);
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
        match &mut lock(&self.0).end {
            Some(Ok(trailers)) => std::mem::take(trailers),
            Some(Err(_)) | None => MetadataMap::new(),
        }
    }

    /// Drops what is queued and what comes later. Returns whether to wake Python.
    pub(super) fn abandon(&self) -> bool {
        let (batches, wake) = {
            let mut state = lock(&self.0);
            state.abandoned = true;
            state.size = 0;
            let wake = std::mem::take(&mut state.python_waits);
            (std::mem::take(&mut state.batches), wake)
        };
        drop(batches);
        wake
    }

    pub(super) fn is_abandoned(&self) -> bool {
        lock(&self.0).abandoned
    }
}
