//! Calls inside the process: everything but the socket.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use tokio::runtime::Runtime;
use tokio::task::AbortHandle;
use tonic::body::Body;
use tower_service::Service;

use crate::python::bridge::{Bridge, Notice};
use crate::python::lock::lock;
use crate::{RoutesService, Status, wire};

use super::carried::{Answered, Head, status_of};
use super::dialogue;
use super::py_dialogue::PyDialogue;

/// The methods of a server, callable without a socket.
pub(super) struct InProcess {
    runtime: Runtime,
    service: RoutesService,
    bridge: Arc<Bridge>,
    calls: Arc<Mutex<HashMap<u64, Progress>>>,
}

enum Progress {
    Running(Option<AbortHandle>),
    Done(Box<Answered>),
}

/// Stores the response and notifies Python when dropped, so that a call that panics ends too.
struct Done {
    token: u64,
    answered: Option<Answered>,
    calls: Arc<Mutex<HashMap<u64, Progress>>>,
    bridge: Arc<Bridge>,
}

impl Done {
    fn with(&mut self, answered: Answered) {
        self.answered = Some(answered);
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        let answered = self.answered.take().unwrap_or_else(|| {
            let status = Status::internal("the call ended without an answer");
            Answered::failed(status, HeaderMap::new())
        });
        if let Some(progress) = lock(&self.calls).get_mut(&self.token) {
            *progress = Progress::Done(Box::new(answered));
        }
        self.bridge.notify(Notice::Done(self.token));
    }
}

impl InProcess {
    pub(super) fn new(runtime: Runtime, service: RoutesService, bridge: Arc<Bridge>) -> Self {
        Self {
            runtime,
            service,
            bridge,
            calls: Arc::default(),
        }
    }

    /// Opens a call whose messages go one by one.
    pub(super) fn open(&self, head: Head) -> PyDialogue {
        let (ends, call) = dialogue::open(self.service.clone(), head);
        let task = self.runtime.spawn(call);
        let runtime = self.runtime.handle().clone();
        PyDialogue::new(ends, runtime, task.abort_handle(), self.bridge.clone())
    }

    /// Begins a call with all its messages, framed. Python is notified with `token` when it is done.
    pub(super) fn begin(&self, head: Head, messages: Bytes, token: u64) {
        let mut service = self.service.clone();
        let mut done = Done {
            token,
            answered: None,
            calls: self.calls.clone(),
            bridge: self.bridge.clone(),
        };
        lock(&self.calls).insert(token, Progress::Running(None));
        let task = self.runtime.spawn(async move {
            done.with(call(&mut service, head, messages).await);
        });
        if let Some(Progress::Running(abort)) = lock(&self.calls).get_mut(&token) {
            *abort = Some(task.abort_handle());
        }
    }

    /// Takes the response of a call that is done.
    pub(super) fn take(&self, token: u64) -> Option<Answered> {
        match lock(&self.calls).remove(&token)? {
            Progress::Done(answered) => Some(*answered),
            Progress::Running(_) => None,
        }
    }

    /// Cancels a call, as a client does with RST_STREAM.
    pub(super) fn cancel(&self, token: u64) {
        let call = lock(&self.calls).remove(&token);
        if let Some(Progress::Running(Some(task))) = call {
            task.abort();
        }
    }

    pub(super) fn into_runtime(self) -> Runtime {
        self.runtime
    }
}

async fn call(service: &mut RoutesService, head: Head, messages: Bytes) -> Answered {
    let request = head.request(Body::new(Full::new(messages)));
    let response = match service.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, body) = response.into_parts();
    match body.collect().await {
        Err(status) => Answered::failed(status, parts.headers),
        Ok(collected) => {
            let trailers = collected.trailers().cloned();
            Answered {
                status: status_of(&parts, trailers.as_ref()),
                messages: wire::framed_messages(collected.to_bytes()).collect(),
                metadata: wire::received(parts.headers),
                trailers: wire::received(trailers.unwrap_or_default()),
            }
        }
    }
}
