//! `Bridge::call`: runs a handler for a call, on tokio's side.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::Status;
use crate::python::convert::{Answer, Inbound};

use super::call::{Answered, CallState};
use super::handler::Handler;
use super::pump::Pump;
use super::reply::PythonReply;
use super::shared::Bridge;
use super::yielded::Yielded;

/// Cancels the call in Python when its future is dropped.
struct Guard<'a> {
    bridge: &'a Bridge,
    call: &'a CallState,
    goes_on: bool,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if !self.goes_on {
            self.bridge.over(self.call);
        }
    }
}

impl Bridge {
    /// Calls a handler. Dropping the future, or the stream that it returns, cancels the call.
    pub(crate) async fn call(
        self: &Arc<Self>,
        handler: Handler,
        answer: Answer,
        mut request: Inbound,
    ) -> Result<PythonReply, Status> {
        let stream = request.take_stream();
        let stream = stream.map(|messages| (messages, request.call.clone()));
        let (call, receiver) = self.submit(handler, answer, request)?;
        let mut guard = Guard {
            bridge: self,
            call: &call,
            goes_on: false,
        };
        if let Some((messages, of_request)) = stream {
            let pump = Pump::new(messages, of_request, self.clone(), call.clone());
            let runtime = Handle::try_current().map_err(|_| {
                Status::internal(
                    "a handler with a streaming request can only be called on a tokio runtime",
                )
            })?;
            runtime.spawn(pump);
        }
        match receiver.await {
            Ok(Ok(Answered::Whole(response))) => Ok(PythonReply::buffered(response)),
            Ok(Ok(Answered::Begun(metadata, wanted))) => {
                guard.goes_on = true;
                let messages = Yielded::new(self.clone(), call.clone());
                Ok(PythonReply::streamed(metadata, wanted, messages))
            }
            Ok(Err(status)) => Err(status),
            Err(_) => Err(Status::unavailable(
                "the call was lost in Python before its handler answered",
            )),
        }
    }
}
