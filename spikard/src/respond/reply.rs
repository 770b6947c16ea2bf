//! An answer that is ready to be sent.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use tonic::body::Body;
use tonic::metadata::{GRPC_CONTENT_TYPE, MetadataMap};

use crate::call::{CallSpan, DeadlineTimer};
use crate::wire::Codec;
use crate::{Status, wire};

use super::body::ReplyBody;
use super::outgoing::Outgoing;

/// What a handler answered: its messages, framed, and the metadata around them.
pub(crate) struct Reply {
    pub(crate) outgoing: Outgoing,
    /// What the messages are compressed with.
    pub(crate) codec: Option<Codec>,
    pub(crate) metadata: MetadataMap,
    pub(crate) trailers: MetadataMap,
}

impl Reply {
    pub(crate) fn into_response(
        self,
        timer: Option<DeadlineTimer>,
        span: CallSpan,
    ) -> Response<Body> {
        let mut trailers = wire::sent(self.trailers);
        trailers.insert(Status::GRPC_STATUS, HeaderValue::from_static("0"));
        let body = ReplyBody::new(self.outgoing, trailers, timer, span);
        let mut response = Response::new(Body::new(body));
        let headers = response.headers_mut();
        *headers = wire::sent(self.metadata);
        headers.insert(CONTENT_TYPE, GRPC_CONTENT_TYPE);
        if let Some(codec) = self.codec {
            let name = HeaderValue::from_static(codec.name());
            headers.insert("grpc-encoding", name);
        }
        response
    }
}
