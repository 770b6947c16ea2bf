//! Calls inside the process: everything but the socket.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE};
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use tokio::runtime::Runtime;
use tokio::task::AbortHandle;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tower_service::Service;

use crate::call::{Arrival, HalfClose};
use crate::python::bridge::{Bridge, Notice};
use crate::python::lock::lock;
use crate::{RoutesService, Status, wire};

/// The response to a call.
pub(super) struct Answered {
    pub(super) status: Status,
    pub(super) messages: Vec<Bytes>,
    pub(super) metadata: MetadataMap,
    pub(super) trailers: MetadataMap,
}

/// A request.
pub(super) struct Outgoing {
    pub(super) path: http::uri::PathAndQuery,
    pub(super) metadata: MetadataMap,
    pub(super) body: Bytes,
    pub(super) timeout: Option<Duration>,
}

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

    /// Begins a call. Python is notified with `token` when it is done.
    pub(super) fn begin(&self, outgoing: Outgoing, token: u64) {
        let mut service = self.service.clone();
        let mut done = Done {
            token,
            answered: None,
            calls: self.calls.clone(),
            bridge: self.bridge.clone(),
        };
        lock(&self.calls).insert(token, Progress::Running(None));
        let task = self.runtime.spawn(async move {
            done.with(call(&mut service, outgoing).await);
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

async fn call(service: &mut RoutesService, outgoing: Outgoing) -> Answered {
    let mut request = Request::new(Body::new(Full::new(outgoing.body)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = outgoing.path.into();
    *request.headers_mut() = wire::sent(outgoing.metadata).0;
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    if let Some(timeout) = outgoing.timeout {
        headers.insert("grpc-timeout", grpc_timeout(timeout));
    }
    request.extensions_mut().insert(Arrival {
        connection: Arc::default(),
        at: Instant::now(),
        // The body is one buffer: nothing can break it off.
        half_close: HalfClose::Verified,
        reached: None,
    });
    let response = match service.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, body) = response.into_parts();
    match body.collect().await {
        Err(status) => Answered::failed(status, parts.headers),
        Ok(collected) => {
            let trailers = collected.trailers().cloned();
            let status = trailers.as_ref().and_then(Status::from_header_map);
            let in_headers = Status::from_header_map(&parts.headers);
            let missing = || Status::internal(format!("HTTP {} without a status", parts.status));
            Answered {
                status: status.or(in_headers).unwrap_or_else(missing),
                messages: wire::framed_messages(collected.to_bytes()).collect(),
                metadata: wire::received(parts.headers),
                trailers: wire::received(trailers.unwrap_or_default()),
            }
        }
    }
}

impl Answered {
    fn failed(status: Status, headers: HeaderMap) -> Self {
        Self {
            status,
            messages: Vec::new(),
            metadata: wire::received(headers),
            trailers: MetadataMap::new(),
        }
    }
}

/// The value of `grpc-timeout`, in the finest unit that needs at most 8 digits.
fn grpc_timeout(timeout: Duration) -> HeaderValue {
    const MOST: u128 = 99_999_999;
    let units = [
        (timeout.as_nanos(), 'n'),
        (timeout.as_micros(), 'u'),
        (timeout.as_millis(), 'm'),
        (u128::from(timeout.as_secs()), 'S'),
    ];
    let fits = units.iter().find(|(count, _)| *count <= MOST);
    let (count, unit) = fits.copied().unwrap_or((MOST, 'S'));
    HeaderValue::try_from(format!("{count}{unit}"))
        .unwrap_or_else(|_| HeaderValue::from_static("99999999S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_has_at_most_eight_digits() {
        for (timeout, text) in [
            (Duration::from_nanos(1), "1n"),
            (Duration::from_millis(250), "250000u"),
            (Duration::from_secs(5), "5000000u"),
            (Duration::from_secs(3600), "3600000m"),
            (Duration::from_secs(1_000_000), "1000000S"),
            (Duration::MAX, "99999999S"),
        ] {
            assert_eq!(grpc_timeout(timeout), text, "{timeout:?}");
        }
    }
}
