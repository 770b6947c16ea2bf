//! The report of a call, in its trailers.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, Request, Response};
use http_body::Frame;
use http_body_util::BodyExt;
use tonic::body::Body;

use crate::call::{LoadRecorder, is_server_fault};
use crate::dispatch::ResponseFuture;
use crate::stats::is_standard;
use crate::{Code, Status, wire};

use super::load::Load;

const TRAILER: HeaderName = HeaderName::from_static("endpoint-load-metrics-bin");

/// What is kept free of `max_sent_metadata_bytes` for a proxy: a client would throw away all trailers over it, and the
/// status with them.
const KEPT_FREE: usize = 256;

impl Load {
    /// Calls with what `serve` answers, and adds the report to it.
    pub(in crate::server) fn report_on(
        self: &Arc<Self>,
        mut request: Request<Body>,
        serve: impl FnOnce(Request<Body>) -> ResponseFuture,
    ) -> ResponseFuture {
        let path = request.uri().path();
        // They are no part of the load.
        if path.strip_prefix('/').is_some_and(is_standard) {
            return serve(request);
        }
        if let Some(measured) = &self.measured {
            measured.call();
        }
        let recorder = LoadRecorder {
            server: self.recorded.clone(),
            ..LoadRecorder::default()
        };
        request.extensions_mut().insert(recorder.clone());
        let answer = serve(request);
        let call = ReportedCall {
            load: self.clone(),
            recorder,
        };
        Box::pin(async move { Ok(call.report(answer.await?)) })
    }
}

/// A call that is to end with a report.
struct ReportedCall {
    load: Arc<Load>,
    recorder: LoadRecorder,
}

impl ReportedCall {
    fn report(self, mut response: Response<Body>) -> Response<Body> {
        // A response without messages has its trailers among the headers.
        if response.headers().contains_key(Status::GRPC_STATUS) {
            self.end(response.headers_mut());
            return response;
        }
        response.map(|body| {
            Body::new(body.map_frame(move |frame| match frame.into_trailers() {
                Ok(mut trailers) => {
                    self.end(&mut trailers);
                    Frame::trailers(trailers)
                }
                Err(data) => data,
            }))
        })
    }

    fn end(&self, trailers: &mut HeaderMap) {
        let code = trailers.get(Status::GRPC_STATUS);
        if let Some(measured) = &self.load.measured
            && code.is_some_and(|code| is_server_fault(Code::from_bytes(code.as_bytes())))
        {
            measured.error();
        }
        let Some(value) = self.load.of_call(self.recorder.call.now()) else {
            return;
        };
        let needed = wire::field_size(&TRAILER, &value);
        let size = wire::header_list_size(trailers) + needed + KEPT_FREE;
        if size <= self.load.max_trailers {
            trailers.insert(TRAILER, value);
        } else {
            tracing::warn!(
                "a load report of {needed} bytes is left out: there is no room for it beside the trailers of the call"
            );
        }
    }
}
