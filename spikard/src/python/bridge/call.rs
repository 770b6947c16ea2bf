//! One call on its way to Python and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::oneshot;
use tonic::metadata::MetadataMap;

use crate::Status;
use crate::python::convert::{Answer, Buffered, Inbound, Wanted};

use super::handler::Handler;
use super::inflow::Inflow;
use super::outflow::Outflow;
use super::slot::Slot;

pub(crate) type Outcome = Result<Answered, Status>;

/// What a handler's answer is, as far as it is known.
pub(crate) enum Answered {
    Whole(Buffered),
    /// The messages follow; this is the metadata before them.
    Begun(MetadataMap, Wanted),
}

/// What both sides hold of a call. It has nothing of Python in it, so any thread may drop it.
pub(crate) struct CallState {
    pub(crate) id: u64,
    pub(crate) handler: Handler,
    pub(crate) answer: Answer,
    /// Taken by Python when the call starts, or dropped at once when the call is given up before.
    request: Slot<Inbound>,
    reply: Slot<oneshot::Sender<Outcome>>,
    /// Whether Python has given its whole answer: then there is nothing to cancel.
    finished: AtomicBool,
    inflow: Option<Inflow>,
    outflow: Option<Outflow>,
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
            inflow: request.is_stream().then(Inflow::default),
            outflow: (answer == Answer::Stream).then(Outflow::default),
            request: Slot::new(request),
            reply: Slot::new(sender),
            finished: AtomicBool::new(false),
        };
        (Arc::new(state), receiver)
    }

    /// The request, for the one who starts the call; `None` when it was given up.
    pub(super) fn start(&self) -> Option<Inbound> {
        self.request.take()
    }

    /// Gives the whole answer, or ends with this status one that has begun. The first answer counts; one that nobody
    /// waits for any more is dropped.
    pub(super) fn finish(&self, outcome: Result<Buffered, Status>) {
        self.set_finished();
        match outcome {
            Ok(reply) => self.answer(Ok(Answered::Whole(reply))),
            Err(status) => self.fail(status),
        }
    }

    /// Begins to answer with a stream.
    pub(super) fn begin(&self, metadata: MetadataMap, wanted: Wanted) {
        self.answer(Ok(Answered::Begun(metadata, wanted)));
    }

    /// Ends an answer that has begun.
    pub(super) fn end(&self, trailers: MetadataMap) {
        self.set_finished();
        if let Some(outflow) = &self.outflow {
            outflow.end(Ok(trailers));
        }
    }

    /// Ends the call with a status, also one whose answer has begun. What still runs in Python is cancelled.
    pub(super) fn fail(&self, status: Status) {
        match (self.reply.take(), &self.outflow) {
            (Some(reply), _) => drop(reply.send(Err(status))),
            (None, Some(outflow)) => outflow.end(Err(status)),
            (None, None) => {}
        }
    }

    fn answer(&self, outcome: Outcome) {
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(outcome);
        }
    }

    /// Whether an answer, or the rest of one, is still waited for.
    pub(crate) fn is_awaited(&self) -> bool {
        match self.reply.peek(|reply| !reply.is_closed()) {
            Some(awaited) => awaited,
            None => self
                .outflow()
                .is_some_and(|outflow| !outflow.is_abandoned()),
        }
    }

    /// Python is done with the call, and reads nothing more.
    pub(super) fn set_finished(&self) {
        self.finished.store(true, Ordering::Relaxed);
        self.inflow.as_ref().inspect(|inflow| inflow.close());
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    /// Frees what is in the streams; answers whether Python waits for them to change.
    pub(super) fn abandon(&self) -> bool {
        self.inflow.as_ref().inspect(|inflow| inflow.close());
        self.outflow.as_ref().is_some_and(Outflow::abandon)
    }

    /// The messages of a request that is a stream.
    pub(super) fn inflow(&self) -> Option<&Inflow> {
        self.inflow.as_ref()
    }

    /// The messages of an answer that is a stream.
    pub(super) fn outflow(&self) -> Option<&Outflow> {
        self.outflow.as_ref()
    }

    pub(super) fn take_trailers(&self) -> MetadataMap {
        self.outflow()
            .map(Outflow::take_trailers)
            .unwrap_or_default()
    }
}
