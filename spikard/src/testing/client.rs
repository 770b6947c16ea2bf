//! A server in the process, and clients of it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use http::{Request, Response};
#[cfg(feature = "tls")]
use rustls_pki_types::CertificateDer;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;
use tonic::body::Body;
use tower_service::Service;

use crate::{IncomingConnection, ServeError, ServerBuilder};

use super::connection::{BoxError, Connection, Peer};

/// A client of a server that runs inside the test.
///
/// It takes a [`ServerBuilder`] or [`Routes`](crate::Routes), with layers, limits and all; TLS is left out, so that calls
/// need no certificates. The server ends with the last clone of the client.
///
/// ```
/// use spikard::testing::Client;
/// use spikard::{GrpcClientStreamRequest, GrpcResponse, Server, Status, grpc_stream};
///
/// #[grpc_stream(service = "numbers.Numbers", max_messages = 3)]
/// async fn add_up(request: GrpcClientStreamRequest<u64>) -> Result<GrpcResponse<u64>, Status> {
///     Ok(GrpcResponse::from(request.messages.iter().sum::<u64>()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(Server::builder().add(AddUp))?;
/// let sum: GrpcResponse<u64> = client
///     .call("numbers.Numbers/AddUp")
///     .metadata("x-user", "ann")
///     .client_streaming([1_u64, 2, 3])
///     .await?;
/// assert_eq!(sum.payload, 6);
///
/// let call = client.call("numbers.Numbers/AddUp");
/// let refused = call.client_streaming::<u64, u64>([0; 4]).await.unwrap_err();
/// assert!(refused.message().contains("max_messages = 3"));
/// # Ok(())
/// # }
/// ```
///
/// It is a tower service as well, which the clients that tonic generates take: `OrdersClient::new(client)`.
/// [`RoutesService`](crate::RoutesService) itself cannot be one: it sees a body that ends, and not whether the client has half-closed.
#[derive(Clone)]
pub struct Client {
    server: Arc<Running>,
    connection: Connection,
}

/// The server, which is told to end when this is dropped.
struct Running {
    connections: mpsc::UnboundedSender<IncomingConnection>,
    end: Mutex<Option<End>>,
}

struct End {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), ServeError>>,
}

impl Client {
    /// Starts the server, on the runtime of the test.
    ///
    /// # Errors
    ///
    /// As [`ServerBuilder::bind`], but for the address.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn new(server: impl Into<ServerBuilder>) -> Result<Self, ServeError> {
        let (connections, accepted) = mpsc::unbounded_channel();
        let server = server.into().within_the_process();
        let server = server.listen_on_incoming(Accepted(accepted))?;
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.serve_with_shutdown(async {
            // An error means that the last client is gone.
            let _ = stopped.await;
        }));
        Ok(Self {
            server: Arc::new(Running {
                connections,
                end: Mutex::new(Some(End { stop, ended })),
            }),
            connection: Connection::default(),
        })
    }

    /// A client of the same server with this address, for handlers and layers that ask for
    /// [`Call::peer`](crate::Call::peer). It has a connection of its own.
    #[must_use]
    pub fn peer(self, address: SocketAddr) -> Self {
        self.with(|peer| peer.address = Some(address))
    }

    /// A client of the same server with these certificates, its own first, for those that ask for
    /// [`Call::peer_certs`](crate::Call::peer_certs).
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn peer_certs(self, certificates: Vec<CertificateDer<'static>>) -> Self {
        self.with(|peer| peer.certificates = certificates)
    }

    fn with(self, change: impl FnOnce(&mut Peer)) -> Self {
        let mut peer = self.connection.peer().clone();
        change(&mut peer);
        Self {
            connection: Connection::of(peer),
            ..self
        }
    }

    /// Has the server shut down gracefully, and waits for its end: health says NOT_SERVING,
    /// [`Call::draining`](crate::Call::draining) is ready, and calls in flight have the grace period left.
    ///
    /// # Errors
    ///
    /// When calls were cut off.
    pub async fn shutdown(self) -> Result<(), ServeError> {
        let Some(End { stop, ended }) = self.server.end.lock().await.take() else {
            return Ok(()); // another clone has
        };
        let _ = stop.send(());
        match ended.await {
            Ok(ended) => ended,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
}

/// Of any kind of request: what clients that tonic generates call.
impl Service<Request<Body>> for Client {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // Held until there is a response: the server must not end before.
        let client = self.clone();
        Box::pin(async move {
            let connections = &client.server.connections;
            client.connection.send(request, connections).await
        })
    }
}

/// The connections that the clients have opened.
struct Accepted(mpsc::UnboundedReceiver<IncomingConnection>);

impl Stream for Accepted {
    type Item = io::Result<IncomingConnection>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|connection| connection.map(Ok))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("peer", self.connection.peer())
            .finish_non_exhaustive()
    }
}
