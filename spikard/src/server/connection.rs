//! One connection: HTTP/2 on it, and the methods behind.

use std::convert::Infallible;
use std::future::Future;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::body::Body;

use crate::connection_info::ConnectionInfo;
use crate::dispatch::ResponseFuture;

use super::handshake::{Established, Handshake};
use super::layers::Stack;
use super::listener::Accepted;
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
    /// Serves one connection until its end, or until `watcher` says to drain and its calls have ended.
    pub(super) async fn serve(
        self,
        accepted: Accepted,
        watcher: Watcher,
        stopping: impl Future<Output = ()>,
    ) {
        // A peer that says nothing has no calls to drain: hyper would wait for its preface without a bound.
        let established = tokio::select! {
            established = self.handshake.establish(accepted) => established,
            () = stopping => return,
        };
        match established {
            Ok(Established::Plain(stream, info)) => self.http2(stream, info, watcher).await,
            #[cfg(unix)]
            Ok(Established::Unix(stream, info)) => self.http2(stream, info, watcher).await,
            #[cfg(feature = "tls")]
            Ok(Established::Tls(stream, info)) => self.http2(stream, info, watcher).await,
            Err(reason) => {
                tracing::debug!(%reason, "a connection was closed before its first call")
            }
        }
    }

    async fn http2<S>(self, stream: S, info: ConnectionInfo, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let peer = info.peer;
        let stack = self.stack;
        let connection = self
            .transport
            .http2()
            .serve_connection(TokioIo::new(stream), Calls { stack, info });
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(?peer, %error, "a connection ended with an error");
        }
    }
}

/// The requests of one connection, marked with what only the connection knows.
struct Calls {
    stack: Stack,
    info: ConnectionInfo,
}

impl Service<Request<Incoming>> for Calls {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let mut request = request.map(|body| Body::new(VerifiedBody(body)));
        request.extensions_mut().insert(self.info.clone());
        self.stack.call(request)
    }
}
