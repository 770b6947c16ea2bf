//! Routes inside tonic's and axum's servers.

use std::convert::Infallible;
use std::task::{Context, Poll};

use http::{Request, Response};
use tonic::body::Body;
use tower_service::Service;

use crate::Routes;
use crate::dispatch::ResponseFuture;

use super::error::RoutesError;
use super::service::RoutesService;

impl Routes {
    /// The services as an axum router, one route for each service, to be merged with others.
    ///
    /// Over HTTP/2 only: HTTP/1.1 does not tell a half-close from a lost connection, so calls over it fail.
    ///
    /// # Errors
    ///
    /// As [`into_service`](Self::into_service).
    pub fn into_axum_router(self) -> Result<axum::Router, RoutesError> {
        let names = self.service_names();
        let service = Axum(self.into_service()?);
        let router = names.iter().fold(axum::Router::new(), |router, name| {
            router.route_service(&format!("/{name}/{{*method}}"), service.clone())
        });
        Ok(router)
    }

    /// The services as tonic's routes, for `tonic::transport::Server::add_routes`.
    ///
    /// # Errors
    ///
    /// As [`into_service`](Self::into_service).
    pub fn into_tonic(self) -> Result<tonic::service::Routes, RoutesError> {
        self.into_axum_router().map(tonic::service::Routes::from)
    }
}

/// axum's body in, tonic's body out.
#[derive(Clone)]
struct Axum(RoutesService);

impl Service<Request<axum::body::Body>> for Axum {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<axum::body::Body>) -> ResponseFuture {
        self.0.call(request.map(Body::new))
    }
}
