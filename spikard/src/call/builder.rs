//! Calls of unit tests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Extensions;
#[cfg(feature = "tls")]
use rustls_pki_types::CertificateDer;

use super::Call;
use super::connection::Connection;

/// The call of a request in a unit test, from [`Call::builder`].
#[derive(Debug, Default)]
pub struct CallBuilder {
    connection: Connection,
    deadline: Option<Instant>,
    extensions: Extensions,
}

impl Call {
    /// A call for the unit test of a handler that asks for more than the messages.
    ///
    /// ```
    /// use std::time::Duration;
    /// use spikard::{Call, GrpcRequest, GrpcResponse, Status};
    ///
    /// #[derive(Clone)]
    /// struct User(String); // what an authentication layer inserts
    ///
    /// async fn who_am_i(request: GrpcRequest<()>) -> Result<GrpcResponse<String>, Status> {
    ///     let user = request.call.extensions().get::<User>();
    ///     let User(name) = user.ok_or_else(|| Status::unauthenticated("who?"))?;
    ///     Ok(GrpcResponse::from(name.clone()))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let call = Call::builder()
    ///     .peer(([192, 0, 2, 1], 50412))
    ///     .timeout(Duration::from_secs(5))
    ///     .extension(User("ann".into()))
    ///     .build();
    /// let request = GrpcRequest { call, ..Default::default() };
    /// assert_eq!(who_am_i(request).await.unwrap().payload, "ann");
    /// # }
    /// ```
    pub fn builder() -> CallBuilder {
        CallBuilder::default()
    }
}

impl CallBuilder {
    /// The client's address.
    #[must_use]
    pub fn peer(mut self, address: impl Into<SocketAddr>) -> Self {
        self.connection.address = Some(address.into());
        self
    }

    /// The client's certificates, its own first.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn peer_certs(mut self, certificates: Vec<CertificateDer<'static>>) -> Self {
        self.connection.certificates = certificates;
        self
    }

    /// The deadline.
    #[must_use]
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The time left until the deadline.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.deadline(Instant::now() + timeout)
    }

    /// What a layer has left for the handler.
    #[must_use]
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }

    /// A call whose connection has had GOAWAY: [`Call::draining`] is ready.
    #[must_use]
    pub fn draining(self) -> Self {
        self.connection.drain();
        self
    }

    /// The call, as requests have it.
    pub fn build(self) -> Arc<Call> {
        let connection = Some(Arc::new(self.connection));
        Arc::new(Call::new(connection, self.deadline, self.extensions, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct User(&'static str);

    #[test]
    fn a_call_knows_nothing_that_it_is_not_given() {
        let call = Call::builder().build();
        assert_eq!((call.peer(), call.deadline()), (None, None));
        assert!(call.extensions().get::<User>().is_none());
    }

    #[tokio::test]
    async fn a_call_has_what_it_is_given() {
        let deadline = Instant::now() + Duration::from_secs(60);
        let call = Call::builder()
            .peer(([192, 0, 2, 1], 50412))
            .deadline(deadline)
            .extension(User("ann"))
            .draining();
        #[cfg(feature = "tls")]
        let call = call.peer_certs(vec![vec![1].into()]);
        let call = call.build();
        assert_eq!(call.peer(), Some(([192, 0, 2, 1], 50412).into()));
        assert_eq!(call.deadline(), Some(deadline));
        assert_eq!(call.extensions().get(), Some(&User("ann")));
        #[cfg(feature = "tls")]
        assert_eq!(call.peer_certs().len(), 1);
        call.draining().await;
    }
}
