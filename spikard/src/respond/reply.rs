//! An answer that is ready to be sent.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response};
use tonic::body::Body;
use tonic::metadata::{GRPC_CONTENT_TYPE, MetadataMap};

use crate::Status;
use crate::wire::Codec;

use super::body::ReplyBody;
use super::context::ReplyContext;
use super::header_limit::{HeaderLimit, Part};
use super::outgoing::Outgoing;

/// What a handler answered: its messages, framed, and the metadata around them.
pub(crate) struct Reply {
    pub(crate) outgoing: Outgoing,
    /// What the messages are compressed with.
    pub(crate) codec: Option<Codec>,
    pub(crate) metadata: MetadataMap,
    pub(crate) trailers: MetadataMap,
}

/// A reply whose headers can be sent.
pub(crate) struct SendableReply {
    outgoing: Outgoing,
    codec: Option<Codec>,
    headers: HeaderMap,
    trailers: HeaderMap,
}

impl Reply {
    /// Holds metadata and trailers to the limit.
    ///
    /// # Errors
    ///
    /// INTERNAL where they are too large.
    pub(crate) fn sendable(self, limit: &HeaderLimit) -> Result<SendableReply, Status> {
        Ok(SendableReply {
            outgoing: self.outgoing,
            codec: self.codec,
            headers: limit.metadata(self.metadata, Part::Initial)?,
            trailers: limit.metadata(self.trailers, Part::Trailers)?,
        })
    }
}

impl SendableReply {
    pub(crate) fn into_response(self, mut context: ReplyContext) -> Response<Body> {
        if !self.outgoing.is_stream() {
            context.span.answered();
        }
        let mut headers = self.headers;
        headers.insert(CONTENT_TYPE, GRPC_CONTENT_TYPE);
        if let Some(codec) = self.codec {
            let name = HeaderValue::from_static(codec.name());
            headers.insert("grpc-encoding", name);
        }
        let body = ReplyBody::new(self.outgoing, self.trailers, context);
        let mut response = Response::new(Body::new(body));
        *response.headers_mut() = headers;
        response
    }
}
