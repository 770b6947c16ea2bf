//! What a layer fails with.

use std::error::Error;

use http::Response;
use tonic::GrpcMethod;
use tonic::body::Body;

use crate::Status;
use crate::call::of_layer;
use crate::respond::HeaderLimit;

/// The answer to a call of `method` that a layer failed: the status that its error is or has among its sources, else
/// UNKNOWN.
pub(crate) fn refused_by_layer(
    error: Box<dyn Error + Send + Sync>,
    method: Option<&GrpcMethod<'_>>,
    max_sent_metadata_bytes: usize,
) -> Response<Body> {
    let (service, method) = method.map_or(("?", "?"), |known| (known.service(), known.method()));
    let limit = HeaderLimit::new(
        service.to_owned().into(),
        method.to_owned().into(),
        max_sent_metadata_bytes,
    );
    limit
        .status(of_layer(Status::from_error(error)))
        .into_http()
}
