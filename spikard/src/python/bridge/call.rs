//! The state of one call, shared by tokio and Python.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::oneshot;
use tonic::metadata::MetadataMap;

use crate::python::convert::{Answer, Buffered, Inbound, Wanted};
use crate::{Call, Code, Status};

use super::cause::{Cancelled, Cause};
use super::handler::Handler;
use super::inflow::Inflow;
use super::outflow::Outflow;
use super::slot::Slot;

pub(crate) type Outcome = Result<Answered, Status>;

/// The response of a handler, as far as it has come.
pub(crate) enum Answered {
    Whole(Buffered),
    /// The initial metadata; the messages follow.
    Begun(MetadataMap, Wanted),
}

/// The state of a call. It holds no Python object, so any thread may drop it.
pub(crate) struct CallState {
    pub(crate) id: u64,
    pub(crate) handler: Handler,
    pub(crate) answer: Answer,
    pub(super) submitted: Instant,
    /// The code for a message of the request that cannot be decoded.
    pub(super) undecodable: Code,
    /// What of the request is copied when Python takes it.
    pub(super) request_bytes: usize,
    /// Taken by Python when the call starts; dropped if the call is cancelled before.
    request: Slot<Inbound>,
    /// Holds what the request is charged for as long as Python may have its messages: a handler goes on after its client
    /// has gone. Dropped with the request if the call is cancelled before it starts.
    charged: Slot<Arc<Call>>,
    reply: Slot<oneshot::Sender<Outcome>>,
    /// Whether the handler has finished: then there is nothing to cancel.
    finished: AtomicBool,
    cancelled: Cancelled,
    inflow: Option<Inflow>,
    /// Whether the messages of its stream may be compressed.
    pub(super) streams_compressed: bool,
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
            submitted: Instant::now(),
            undecodable: request.call.undecodable(true),
            request_bytes: request.bytes(),
            inflow: request.is_stream().then(Inflow::default),
            streams_compressed: request.call.streams_compressed(),
            outflow: (answer == Answer::Stream).then(Outflow::default),
            charged: Slot::new(request.call.clone()),
            request: Slot::new(request),
            reply: Slot::new(sender),
            finished: AtomicBool::new(false),
            cancelled: Cancelled::default(),
        };
        (Arc::new(state), receiver)
    }

    /// Takes the request. `None` if the call was cancelled.
    pub(super) fn start(&self) -> Option<Inbound> {
        let request = self.request.take()?;
        request.call.progress.taken_by_python(self.submitted);
        Some(request)
    }

    /// Frees a request that Python has not taken. Returns whether it had.
    pub(super) fn withdraw(&self) -> bool {
        let withdrawn = self.request.take().is_some();
        if withdrawn {
            drop(self.charged.take());
        }
        !withdrawn
    }

    /// Ends the call with a whole response, or with a status even if the response has begun. Only the first end counts;
    /// one for a cancelled call is dropped.
    pub(super) fn finish(&self, outcome: Result<Buffered, Status>) {
        self.set_finished();
        match outcome {
            Ok(reply) => self.answer(Ok(Answered::Whole(reply))),
            Err(status) => self.fail(status),
        }
    }

    /// Begins a streaming response.
    pub(super) fn begin(&self, metadata: MetadataMap, wanted: Wanted) {
        self.answer(Ok(Answered::Begun(metadata, wanted)));
    }

    /// Ends a streaming response.
    pub(super) fn end(&self, trailers: MetadataMap) {
        self.set_finished();
        if let Some(outflow) = &self.outflow {
            outflow.end(Ok(trailers));
        }
    }

    /// Ends the call with a status, even if its response has begun. A handler that still runs is cancelled.
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

    /// Whether the client still waits for the response or the rest of it.
    pub(crate) fn is_awaited(&self) -> bool {
        match self.reply.peek(|reply| !reply.is_closed()) {
            Some(awaited) => awaited,
            None => self
                .outflow()
                .is_some_and(|outflow| !outflow.is_abandoned()),
        }
    }

    /// The handler has finished and reads nothing more.
    pub(super) fn set_finished(&self) {
        self.finished.store(true, Ordering::Relaxed);
        self.stop_reading();
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    /// Nobody waits for the handler any more, unless it has finished.
    pub(super) fn given_up(&self) {
        if !self.is_finished() {
            let cause = self.charged.peek(|call| Cause::now(Some(call)));
            self.cancelled.by(cause.unwrap_or_else(|| Cause::now(None)));
        }
    }

    /// The server ends, and the call with it, unless its handler has finished.
    pub(super) fn shut_down(&self) {
        if !self.is_finished() {
            self.cancelled.by(Cause::Shutdown);
        }
    }

    /// What the server knows of it.
    pub(super) fn known(&self) -> Arc<Call> {
        self.charged.peek(Arc::clone).unwrap_or_default()
    }

    /// Why the call was given up before its handler had finished, if it was.
    pub(super) fn cancelled_by(&self) -> Option<&'static str> {
        self.cancelled.cause()
    }

    /// Drops what the streams hold. Returns whether to wake Python.
    pub(super) fn abandon(&self) -> bool {
        self.stop_reading();
        self.outflow.as_ref().is_some_and(Outflow::abandon)
    }

    /// Nothing more is read: a thread that waits for a message comes free.
    pub(super) fn stop_reading(&self) {
        self.inflow.as_ref().inspect(|inflow| inflow.close());
    }

    /// The messages of a streaming request.
    pub(super) fn inflow(&self) -> Option<&Inflow> {
        self.inflow.as_ref()
    }

    /// The messages of a streaming response.
    pub(super) fn outflow(&self) -> Option<&Outflow> {
        self.outflow.as_ref()
    }

    pub(super) fn take_trailers(&self) -> MetadataMap {
        self.outflow()
            .map(Outflow::take_trailers)
            .unwrap_or_default()
    }
}
