//! Routes inside tonic's and axum's servers.

use crate::Routes;

use super::error::RoutesError;

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
        let service = self.into_service()?;
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
