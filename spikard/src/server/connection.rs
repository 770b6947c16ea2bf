//! One connection: HTTP/2 on it, and the methods behind.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::body::Body;

use crate::call::PeerAddr;
use crate::collect::EndVerified;

use super::layers::Stack;
use super::transport::Transport;
use super::verified_body::VerifiedBody;

/// Serves one connection until its end, or until `watcher` says to drain and its calls have ended.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    stack: Stack,
    transport: Transport,
    watcher: Watcher,
    stopping: impl Future<Output = ()>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
    }
    // A peer that says nothing has no calls to drain: hyper would wait for its preface without a bound.
    let mut first = [0];
    let spoke = tokio::select! {
        spoke = timeout(transport.handshake_timeout, stream.peek(&mut first)) => spoke,
        () = stopping => return,
    };
    match spoke {
        Ok(Ok(bytes)) if bytes > 0 => {}
        Ok(Ok(_)) => return,
        Ok(Err(error)) => {
            tracing::debug!(%peer, %error, "a connection broke before its first byte");
            return;
        }
        Err(_) => {
            tracing::debug!(%peer, "a connection stayed silent and was closed");
            return;
        }
    }
    let calls = Calls { stack, peer };
    let connection = transport
        .http2()
        .serve_connection(TokioIo::new(stream), calls);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%peer, %error, "a connection ended with an error");
    }
}

/// The requests of one connection, marked with what only the connection knows.
struct Calls {
    stack: Stack,
    peer: SocketAddr,
}

impl Service<Request<Incoming>> for Calls {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = crate::dispatch::ResponseFuture;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let mut request = request.map(|body| Body::new(VerifiedBody(body)));
        let extensions = request.extensions_mut();
        extensions.insert(EndVerified);
        extensions.insert(PeerAddr(self.peer));
        self.stack.call(request)
    }
}
