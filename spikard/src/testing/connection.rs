//! A connection to the server in the process.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use http::uri::{Authority, Scheme};
use http::{Request, Response, Uri};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
#[cfg(feature = "tls")]
use rustls_pki_types::CertificateDer;
use tokio::sync::{Mutex, mpsc};
use tonic::body::Body;

use crate::IncomingConnection;

pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// The bytes that may be on their way in one direction.
const ON_THE_WAY: usize = 64 << 10;

/// What the server is told of the client.
#[derive(Clone, Debug, Default)]
pub(super) struct Peer {
    pub(super) address: Option<SocketAddr>,
    #[cfg(feature = "tls")]
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

/// A connection, opened when there is a call and it is not open; clones share it.
#[derive(Clone, Default)]
pub(super) struct Connection {
    peer: Arc<Peer>,
    sender: Arc<Mutex<Option<SendRequest<Body>>>>,
}

impl Connection {
    pub(super) fn of(peer: Peer) -> Self {
        Self {
            peer: Arc::new(peer),
            sender: Arc::default(),
        }
    }

    pub(super) fn peer(&self) -> &Peer {
        &self.peer
    }

    pub(super) async fn send(
        &self,
        mut request: Request<Body>,
        connections: &mpsc::UnboundedSender<IncomingConnection>,
    ) -> Result<Response<Body>, BoxError> {
        *request.uri_mut() = absolute(request.uri())?;
        let mut sender = self.open(connections).await?;
        let response = sender.send_request(request).await?;
        Ok(response.map(Body::new))
    }

    /// After GOAWAY a connection takes no calls, and another is opened.
    async fn open(
        &self,
        connections: &mpsc::UnboundedSender<IncomingConnection>,
    ) -> Result<SendRequest<Body>, BoxError> {
        let mut open = self.sender.lock().await;
        if let Some(sender) = open.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok(sender.clone());
        }
        let (ours, theirs) = tokio::io::duplex(ON_THE_WAY);
        let theirs = self.accepted(IncomingConnection::from(theirs));
        connections
            .send(theirs)
            .map_err(|_| "the server of the test has ended")?;
        let (sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(ours)).await?;
        tokio::spawn(connection);
        *open = Some(sender.clone());
        Ok(sender)
    }

    fn accepted(&self, connection: IncomingConnection) -> IncomingConnection {
        let connection = match self.peer.address {
            Some(address) => connection.peer(address),
            None => connection,
        };
        #[cfg(feature = "tls")]
        let connection = connection.peer_certs(self.peer.certificates.clone());
        connection
    }
}

/// HTTP/2 wants a scheme and an authority, which clients that tonic generates leave to their connection.
fn absolute(uri: &Uri) -> Result<Uri, http::Error> {
    let mut parts = uri.clone().into_parts();
    parts.scheme.get_or_insert(Scheme::HTTP);
    parts
        .authority
        .get_or_insert_with(|| Authority::from_static("localhost"));
    Uri::from_parts(parts).map_err(http::Error::from)
}
