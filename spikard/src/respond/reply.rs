//! An answer that is ready to be sent.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use tonic::body::Body;
use tonic::metadata::{GRPC_CONTENT_TYPE, MetadataMap};

use crate::wire;
use crate::wire::Codec;

use super::body::ReplyBody;
use super::context::ReplyContext;
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
    pub(crate) fn into_response(self, context: ReplyContext) -> Response<Body> {
        let body = ReplyBody::new(self.outgoing, wire::sent(self.trailers), context);
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
