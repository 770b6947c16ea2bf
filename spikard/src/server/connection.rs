//! One connection: HTTP/2, and the methods that its requests are for.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::time::Instant;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::body::Body;

use crate::call::{Arrival, HalfClose, Peer};
use crate::dispatch::ResponseFuture;

use super::clock::ConnectionClock;
use super::handshake::{Established, Handshake};
use super::layers::Stack;
use super::listener::Accepted;
use super::preface::Prefaced;
use super::stall::Unstalled;
use super::transport::Transport;
use super::verified_body::VerifiedBody;

/// What every connection of a server is served with.
#[derive(Clone, Debug)]
pub(super) struct Serving {
    pub(super) stack: Stack,
    pub(super) transport: Transport,
    pub(super) handshake: Handshake,
}

impl Serving {
    /// Serves one connection to its end. `watcher` begins its graceful shutdown; `stopping` ends one without a preface.
    pub(super) async fn serve(
        self,
        accepted: Accepted,
        watcher: Watcher,
        stopping: impl Future<Output = ()>,
    ) {
        let mut stopping = pin!(stopping);
        let began = Instant::now();
        let established = tokio::select! {
            established = self.handshake.establish(accepted) => established,
            () = stopping.as_mut() => return,
        };
        match established {
            Ok(Established::Plain(stream, peer)) => {
                self.http2(stream, peer, watcher, began, stopping).await;
            }
            #[cfg(unix)]
            Ok(Established::Unix(stream, peer)) => {
                self.http2(stream, peer, watcher, began, stopping).await;
            }
            #[cfg(feature = "tls")]
            Ok(Established::Tls(stream, peer)) => {
                self.http2(stream, peer, watcher, began, stopping).await;
            }
            Err(reason) => tracing::debug!(%reason, "a connection was closed before HTTP/2 began"),
        }
    }

    async fn http2<S>(
        self,
        stream: S,
        peer: Peer,
        watcher: Watcher,
        began: Instant,
        stopping: impl Future<Output = ()>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let address = peer.address;
        let stack = self.stack;
        let stream = Unstalled::new(stream, self.transport.patience());
        let (stream, preface) = Prefaced::new(stream);
        // The TLS handshake counts towards the limit.
        let handshake_left = self
            .transport
            .handshake_timeout
            .saturating_sub(began.elapsed());
        let clock = ConnectionClock::new();
        let connection = self
            .transport
            .http2(clock.clone())
            .serve_connection(TokioIo::new(stream), Calls { stack, peer });
        tokio::select! {
            ended = clock.tick(watcher.watch(connection)) => if let Err(error) = ended {
                tracing::debug!(peer = ?address, %error, "a connection ended with an error");
            },
            // Without a preface there are no calls in flight.
            () = preface.missing(handshake_left, stopping) => {
                tracing::debug!(peer = ?address, "a connection did not begin HTTP/2 and was closed");
            }
        }
    }
}

/// The requests of one connection, each with how it arrived.
struct Calls {
    stack: Stack,
    peer: Peer,
}

impl Service<Request<Incoming>> for Calls {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let mut request = request.map(|body| Body::new(VerifiedBody(body)));
        request.extensions_mut().insert(Arrival {
            peer: self.peer.clone(),
            at: Instant::now(),
            // `VerifiedBody` turns every other end into an error.
            half_close: HalfClose::Verified,
        });
        self.stack.call(request)
    }
}
