//! One call on its way to Python and back.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::Status;
use crate::python::convert::{Answer, Inbound, PythonReply};

use super::Bridge;
use super::handler::Handler;
use super::slot::Slot;

pub(crate) type Outcome = Result<PythonReply, Status>;

/// What both sides hold of a call. It has nothing of Python in it, so any thread may drop it.
pub(crate) struct CallState {
    pub(crate) id: u64,
    pub(crate) handler: Handler,
    pub(crate) answer: Answer,
    /// Taken by Python when the call starts, or dropped at once when the call is given up before.
    request: Slot<Inbound>,
    reply: Slot<oneshot::Sender<Outcome>>,
}

impl CallState {
    pub(super) fn new(
        id: u64,
        handler: Handler,
        answer: Answer,
        request: Inbound,
    ) -> (Arc<Self>, oneshot::Receiver<Outcome>) {
        let (sender, receiver) = oneshot::channel();
        let state = Self {
            id,
            handler,
            answer,
            request: Slot::new(request),
            reply: Slot::new(sender),
        };
        (Arc::new(state), receiver)
    }

    /// The request, for the one who starts the call; `None` when it was given up.
    pub(super) fn start(&self) -> Option<Inbound> {
        self.request.take()
    }

    /// Gives the answer. The first one counts; an answer that nobody waits for any more is dropped.
    pub(crate) fn answer(&self, outcome: Outcome) {
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(outcome);
        }
    }

    /// Whether an answer is still waited for.
    pub(crate) fn is_awaited(&self) -> bool {
        self.reply.peek(|reply| !reply.is_closed()).unwrap_or(false)
    }
}

/// Ends the call on Python's side too when its future is dropped.
struct Guard<'a> {
    bridge: &'a Bridge,
    state: &'a CallState,
    answered: bool,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // What Python has not begun is freed here and now.
        let started = self.state.start().is_none();
        self.bridge.end(self.state.id, started && !self.answered);
    }
}

impl Bridge {
    /// Calls a handler. Dropping the future cancels the call.
    pub(crate) async fn call(&self, handler: Handler, answer: Answer, request: Inbound) -> Outcome {
        let (state, receiver) = self.submit(handler, answer, request)?;
        let mut guard = Guard {
            bridge: self,
            state: &state,
            answered: false,
        };
        let outcome = receiver.await;
        guard.answered = true;
        outcome.unwrap_or_else(|_| {
            Err(Status::unavailable(
                "the call was lost in Python before its handler answered",
            ))
        })
    }
}
