//! Calls that layers answer by themselves, such as those without authentication: they are calls like others.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http::{Request, Response, StatusCode};
use tonic::GrpcMethod;
use tonic::body::Body;

use crate::call::{Arrival, CallSpan, Reached};
use crate::stats::{CallRecord, MethodCounters};
use crate::{Code, Status, wire};

/// A call that is with the layers. One that does not come through them has its span and is counted here.
pub(super) struct WithLayers {
    reached: Reached,
    counters: Arc<MethodCounters>,
    method: Option<GrpcMethod<'static>>,
    /// The path, where it names none.
    path: String,
    peer: Option<SocketAddr>,
    arrived: Option<Instant>,
    ended: bool,
}

impl WithLayers {
    /// Watches the call of a request, whose path names `method`. `None` where layers around these watch it.
    pub(super) fn watch(
        request: &mut Request<Body>,
        method: Option<GrpcMethod<'static>>,
        counters: Arc<MethodCounters>,
    ) -> Option<Self> {
        let extensions = request.extensions();
        if extensions.get::<Reached>().is_some() {
            return None;
        }
        let (peer, arrived) = match extensions.get::<Arrival>() {
            Some(arrival) => (arrival.connection.address, Some(arrival.at)),
            None => (None, None),
        };
        let path = match &method {
            Some(_) => String::new(),
            None => wire::shown(request.uri().path().as_bytes()).to_string(),
        };
        let reached = Reached::default();
        request.extensions_mut().insert(reached.clone());
        Some(Self {
            reached,
            counters,
            method,
            path,
            peer,
            arrived,
            ended: false,
        })
    }

    /// The layers have answered.
    pub(super) fn answered(mut self, response: &Response<Body>) {
        let status = response.headers().get(Status::GRPC_STATUS);
        self.end(match status {
            Some(code) => Code::from_bytes(code.as_bytes()),
            // A status in its trailers is one that only the client sees.
            None if response.status() == StatusCode::OK => Code::Ok,
            None => Code::Unknown,
        });
    }

    fn end(&mut self, code: Code) {
        if std::mem::replace(&mut self.ended, true) || self.reached.is_set() {
            return;
        }
        let path = self.method.is_none().then_some(&*self.path);
        let record = CallRecord::started(self.counters.clone(), path, self.peer, self.arrived);
        let record = Some(record);
        let mut span = match &self.method {
            Some(method) => CallSpan::new(method.service(), method.method(), self.peer, record),
            None => CallSpan::of_unknown(&self.path, self.peer, record),
        };
        span.finish(code);
    }
}

/// The client has given the call up while it was with the layers.
impl Drop for WithLayers {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}
