//! A service on its own, mounted in another server.

use std::future::ready;
use std::sync::Arc;

use http::Request;
use tonic::body::Body;

use crate::dispatch::{Policy, ResponseFuture, ServerCall, not_grpc, unknown_method};

use super::GrpcService;

/// Answers a request to one service: what `tower::Service::call` of a generated service does.
pub fn serve<S: GrpcService + Clone>(service: &S, request: Request<Body>) -> ResponseFuture {
    if let Some(refused) = not_grpc(&request) {
        return Box::pin(ready(Ok(refused)));
    }
    let index = method_index::<S>(request.uri().path());
    match index {
        Some(index) => {
            let mut request = request;
            let served = request.extensions_mut().remove::<Policy>();
            let call = ServerCall::new(request, served.unwrap_or_else(Policy::unserved));
            Arc::new(service.clone()).call(index, call)
        }
        None => Box::pin(ready(Ok(unknown_method(&request, None)))),
    }
}

fn method_index<S: GrpcService>(path: &str) -> Option<usize> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    if service != S::NAME {
        return None;
    }
    S::METHODS.iter().position(|info| info.name == method)
}
