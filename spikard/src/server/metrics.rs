//! The page of metrics, over HTTP/1.1.

use std::convert::Infallible;
use std::future::ready;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::error::ServeError;

/// More than those who read metrics need. Further ones wait.
const CONNECTIONS: usize = 16;

/// The time for a request and its answer.
const TIME: Duration = Duration::from_secs(10);

/// The pause after an error of the listener, such as for lack of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

const PROMETHEUS: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Writes the page.
pub(crate) type Write = Arc<dyn Fn() -> String + Send + Sync>;

/// A socket that the page is served on.
pub(crate) struct MetricsListener {
    listener: StdListener,
    pub(super) address: Option<SocketAddr>,
}

impl MetricsListener {
    pub(super) fn bind(address: SocketAddr) -> io::Result<Self> {
        Self::on(StdListener::bind(address)?)
    }

    /// A socket that listens already.
    pub(crate) fn on(listener: StdListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self {
            address: listener.local_addr().ok(),
            listener,
        })
    }

    /// Serves the page for as long as this is polled, each connection for one request.
    ///
    /// # Errors
    ///
    /// Where tokio cannot take the socket.
    pub(crate) async fn serve(self, write: Write) -> io::Result<Infallible> {
        let listener = TcpListener::from_std(self.listener)?;
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            // It is never closed.
            let turn = room.clone().acquire_owned().await;
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection for the metrics page was not accepted");
                    sleep(PAUSE).await;
                    continue;
                }
            };
            let write = write.clone();
            tokio::spawn(async move {
                let served = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .keep_alive(false)
                    .serve_connection(
                        TokioIo::new(stream),
                        service_fn(|request| ready(Ok::<_, Infallible>(answer(&request, &write)))),
                    );
                // What goes wrong is of the client that reads the page.
                let _ = timeout(TIME, served).await;
                drop(turn);
            });
        }
    }
}

impl fmt::Debug for MetricsListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

/// Where the page of metrics is served.
#[derive(Debug)]
pub(super) enum Metrics {
    None,
    At(SocketAddr),
    #[cfg(feature = "python")]
    On(MetricsListener),
}

impl Metrics {
    pub(super) fn listen(self) -> Result<Option<MetricsListener>, ServeError> {
        match self {
            Self::None => Ok(None),
            Self::At(address) => {
                let bound = MetricsListener::bind(address);
                let bound = bound.map_err(|source| ServeError::Bind {
                    source,
                    address: format!("{address} (metrics_bind)"),
                });
                bound.map(Some)
            }
            #[cfg(feature = "python")]
            Self::On(listener) => Ok(Some(listener)),
        }
    }
}

fn answer(request: &Request<Incoming>, write: &Write) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    let (status, kind, text) = if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let text = String::from("the metrics are read with GET\n");
        (StatusCode::METHOD_NOT_ALLOWED, PLAIN, text)
    } else if path == "/metrics" || path == "/" {
        (StatusCode::OK, PROMETHEUS, write())
    } else {
        let text = String::from("the metrics are at /metrics\n");
        (StatusCode::NOT_FOUND, PLAIN, text)
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
