//! An answer that is ready to be sent.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use tonic::body::Body;
use tonic::metadata::{GRPC_CONTENT_TYPE, MetadataMap};

use crate::deadline::Deadline;
use crate::span::CallSpan;
use crate::{Compression, Status, metadata};

use super::body::ReplyBody;
use super::outgoing::Outgoing;

/// What a handler answered: its messages, framed, and the metadata around them.
pub struct Reply {
    pub(crate) outgoing: Outgoing,
    pub(crate) encoding: Compression,
    pub(crate) metadata: MetadataMap,
    pub(crate) trailers: MetadataMap,
}

impl Reply {
    pub(crate) fn into_response(
        self,
        deadline: Option<Deadline>,
        span: CallSpan,
    ) -> Response<Body> {
        let mut trailers = metadata::sent(self.trailers);
        trailers.insert(Status::GRPC_STATUS, HeaderValue::from_static("0"));
        let body = ReplyBody::new(self.outgoing, trailers, deadline, span);
        let mut response = Response::new(Body::new(body));
        let headers = response.headers_mut();
        *headers = metadata::sent(self.metadata);
        headers.insert(CONTENT_TYPE, GRPC_CONTENT_TYPE);
        if self.encoding != Compression::Identity {
            let name = HeaderValue::from_static(self.encoding.name());
            headers.insert("grpc-encoding", name);
        }
        response
    }
}
