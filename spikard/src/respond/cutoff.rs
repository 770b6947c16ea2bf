//! The end of a response that the client does not read.
//!
//! A body is not asked for more while its last chunk waits for the client's flow-control window, so its own
//! timer cannot end the call of a client that has stopped reading. The task of the HTTP/2 stream can.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::Status;
use crate::call::{Seldom, refusal};
use crate::stats::{Limit, limited};

/// The time from the deadline to the reset: at the deadline itself a body that is polled ends with the status.
const LEEWAY: Duration = Duration::from_millis(100);

tokio::task_local! {
    /// The response that this task sends.
    static SENDING: Sending;
}

/// How far a response has come.
#[derive(Default)]
struct Sending {
    limits: Cell<Option<SendLimits>>,
    /// The chunks that were handed on.
    chunks: Cell<u64>,
    /// Whether the last of them has not been taken, as far as the body knows: it has not been asked for another.
    waits_for_client: Cell<bool>,
    /// Whether the server ends the call now.
    cut_off: Cell<bool>,
    /// Whether the stream is reset, since the client does not read in time.
    unread: Cell<bool>,
}

/// How long a response may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendLimits {
    pub(crate) deadline: Option<std::time::Instant>,
    /// The time for the client to take a chunk: [`Limits::idle_timeout`](crate::Limits::idle_timeout).
    pub(crate) idle_timeout: Duration,
}

// In all that follows an error means that another server runs the task, whose settings decide.

/// Sets the limits of the response that this task sends.
pub(super) fn set(limits: SendLimits) {
    let _ = SENDING.try_with(|sending| sending.limits.set(Some(limits)));
}

/// Notes that the body was polled, and whether it handed on a chunk.
pub(super) fn polled(chunk: bool) {
    let _ = SENDING.try_with(|sending| {
        sending.waits_for_client.set(chunk);
        sending.chunks.set(sending.chunks.get() + u64::from(chunk));
    });
}

/// Whether to say, of a response that is dropped, that its client has not read it in time; and how often that was not
/// said.
pub(super) fn says_unread() -> Option<Option<u64>> {
    static UNREAD: Seldom = Seldom::new();
    let unread = SENDING.try_with(|sending| sending.unread.get());
    if unread.unwrap_or(false) {
        UNREAD.tell()
    } else {
        None
    }
}

/// The status of a call that the server ends, if it does.
pub(crate) fn cut_off() -> Option<Status> {
    let cut_off = SENDING.try_with(|sending| sending.cut_off.get());
    cut_off.unwrap_or(false).then(|| {
        let text = "the server shuts down, and its grace period is over: try another one";
        limited(Limit::Grace, refusal::ending(text))
    })
}

/// Runs the task of an HTTP/2 stream, and drops it at the deadline of its call or when the client has taken nothing for
/// too long: the stream is reset, and what was still to be sent is dropped. When `server_ends` is ready, the call is
/// asked once more, and answers with the status of [`cut_off`].
pub(crate) fn while_wanted(
    stream: impl Future<Output = ()>,
    server_ends: impl Future<Output = ()>,
) -> impl Future<Output = ()> {
    SENDING.scope(Sending::default(), ended_in_time(stream, server_ends))
}

async fn ended_in_time(stream: impl Future<Output = ()>, server_ends: impl Future<Output = ()>) {
    let mut stream = pin!(stream);
    let mut server_ends = pin!(server_ends);
    let mut timer = None;
    let mut stalled = Stalled::default();
    poll_fn(|cx| {
        if stream.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let told = SENDING.with(|sending| sending.cut_off.get());
        if !told && server_ends.as_mut().poll(cx).is_ready() {
            SENDING.with(|sending| sending.cut_off.set(true));
            if stream.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
        }
        let Some(end) = SENDING.with(|sending| stalled.end(sending)) else {
            return Poll::Pending;
        };
        let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if end < timer.deadline() {
            timer.as_mut().reset(end);
        }
        while timer.as_mut().poll(cx).is_ready() {
            if timer.deadline() >= end {
                // The response knows its call, and says so when it is dropped.
                SENDING.with(|sending| sending.unread.set(true));
                return Poll::Ready(());
            }
            timer.as_mut().reset(end);
        }
        Poll::Pending
    })
    .await;
}

/// Since when a client takes nothing.
#[derive(Default)]
struct Stalled {
    /// The chunks that had been handed on, and when that was first seen.
    since: Option<(u64, Instant)>,
}

impl Stalled {
    /// When the stream is to be reset, if that is known.
    fn end(&mut self, sending: &Sending) -> Option<Instant> {
        let SendLimits {
            deadline,
            idle_timeout,
        } = sending.limits.get()?;
        let deadline = deadline.and_then(|deadline| deadline.checked_add(LEEWAY));
        let deadline = deadline.map(Instant::from_std);
        if !sending.waits_for_client.get() {
            self.since = None;
            return deadline;
        }
        let chunks = sending.chunks.get();
        let since = match self.since {
            Some((seen, since)) if seen == chunks => since,
            _ => Instant::now(),
        };
        self.since = Some((chunks, since));
        let idle = since.checked_add(idle_timeout);
        [deadline, idle].into_iter().flatten().min()
    }
}
