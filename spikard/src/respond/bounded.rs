//! The headers of a response that a service of others, or a layer, has made.

use http::uri::PathAndQuery;
use http::{HeaderMap, Response};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use tonic::body::Body;
use tonic::metadata::MetadataMap;

use crate::{Code, Status, wire};

use super::fitted::headers;
use super::header_limit::{HeaderLimit, Part};

/// `:status` and `date`, which are added below.
const ADDED: usize = 107;

/// Holds a response to `max_sent_metadata_bytes`, as those of `#[grpc_stream]` are held. One that is not gRPC stays as it is.
pub(crate) fn bounded(
    response: Response<Body>,
    path: Option<PathAndQuery>,
    max: usize,
) -> Response<Body> {
    if !wire::is_grpc(response.headers()) {
        return response;
    }
    let bound = Bound {
        path,
        most: HeaderLimit::effective(max) - ADDED,
        max,
    };
    match bound.refused(response.headers(), Part::Initial) {
        Some(status) => status.into_http(),
        None if response.body().is_end_stream() => response,
        None => response.map(|body| {
            Body::new(body.map_frame(move |frame| {
                let trailers = frame.trailers_ref();
                match trailers.and_then(|sent| bound.refused(sent, Part::Trailers)) {
                    Some(status) => Frame::trailers(headers(&status)),
                    None => frame,
                }
            }))
        }),
    }
}

/// The limit of one call's headers.
struct Bound {
    /// For the log.
    path: Option<PathAndQuery>,
    most: usize,
    max: usize,
}

impl Bound {
    /// The status to send in place of headers or trailers that are too large.
    fn refused(&self, sent: &HeaderMap, part: Part) -> Option<Status> {
        let size = wire::header_list_size(sent);
        if size <= self.most {
            return None;
        }
        let path = self.path.as_ref().map_or("", PathAndQuery::path);
        let path = path.trim_start_matches('/');
        let (service, method) = path.rsplit_once('/').unwrap_or_default();
        let (service, method) = (service.to_owned(), method.to_owned());
        let limit = HeaderLimit::new(service.into(), method.into(), self.max);
        Some(match Status::from_header_map(sent) {
            Some(mut status) if status.code() != Code::Ok => {
                // The protocol's own are among them.
                let (metadata, _) = wire::sent(std::mem::take(status.metadata_mut()));
                *status.metadata_mut() = MetadataMap::from_headers(metadata);
                limit.status(status)
            }
            _ => limit.too_large(size, part),
        })
    }
}
