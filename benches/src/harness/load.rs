//! The load: streams at once over a few HTTP/2 connections, each answer checked.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use http::{HeaderMap, Request};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, spawn_local};

use crate::work::Work;

/// The most connections that streams are spread over.
const CONNECTIONS: usize = 4;

/// How a call went wrong.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The server would not take it: a status, a reset, a closed connection.
    Refused(String),
    /// It would take longer than there is time for.
    TooSlow(String),
    /// The answer is not what it should be: nothing that is measured after this is worth anything.
    Wrong(String),
}

/// The calls of one measurement.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) elapsed: Duration,
    pub(crate) latencies: Vec<Duration>,
}

/// Connections to one server, with the request that is replayed on them.
#[derive(Clone)]
pub(crate) struct Load {
    port: u16,
    connections: Vec<SendRequest<Bytes>>,
    work: Rc<Work>,
    answer: Bytes,
    streams: usize,
}

impl Load {
    pub(crate) async fn connect(
        port: u16,
        work: Rc<Work>,
        answer: Bytes,
        streams: usize,
    ) -> Result<Self, Fault> {
        Ok(Self {
            port,
            connections: connect_all(port, streams).await?,
            work,
            answer,
            streams,
        })
    }

    /// Takes new connections. Which of a server's threads has a connection changes what its calls cost, so each
    /// round has connections of its own.
    pub(crate) async fn reconnect(&mut self) -> Result<(), Fault> {
        self.connections = connect_all(self.port, self.streams).await?;
        Ok(())
    }

    /// One call.
    pub(crate) async fn once(&self) -> Result<Duration, Fault> {
        self.call(&self.connections[0]).await
    }

    /// All streams, each call after call, until `duration` has passed; every stream makes one at least.
    pub(crate) async fn run(&self, duration: Duration) -> Result<Run, Fault> {
        let start = Instant::now();
        let mut streams = JoinSet::new();
        for index in 0..self.streams {
            let load = self.clone();
            streams.spawn_local(async move {
                let connection = &load.connections[index % load.connections.len()];
                let mut latencies = Vec::new();
                while latencies.is_empty() || start.elapsed() < duration {
                    latencies.push(load.call(connection).await?);
                }
                Ok::<_, Fault>(latencies)
            });
        }
        let mut latencies = Vec::new();
        while let Some(stream) = streams.join_next().await {
            let stream = stream.map_err(|error| Fault::Wrong(error.to_string()))?;
            latencies.extend(stream?);
        }
        Ok(Run {
            elapsed: start.elapsed(),
            latencies,
        })
    }

    async fn call(&self, connection: &SendRequest<Bytes>) -> Result<Duration, Fault> {
        let request = Request::post(format!("http://127.0.0.1{}", self.work.path))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("user-agent", "spikard-bench")
            .body(())
            .map_err(|error| Fault::Wrong(error.to_string()))?;
        let mut connection = connection.clone().ready().await?;
        let start = Instant::now();
        let (response, mut body) = connection.send_request(request, false)?;
        // HTTP/2 keeps what its windows have no room for; the pieces are never copied.
        let (last, others) = self
            .work
            .pieces
            .split_last()
            .ok_or_else(Fault::none_to_send)?;
        for piece in others {
            body.send_data(piece.clone(), false)?;
        }
        body.send_data(last.clone(), true)?;

        let response = response.await?;
        refused(response.headers())?;
        let mut body = response.into_body();
        let mut seen = 0;
        while let Some(chunk) = body.data().await {
            let chunk = chunk?;
            let expected = self.answer.get(seen..seen + chunk.len());
            if expected != Some(&chunk[..]) {
                return Err(Fault::Wrong(format!(
                    "the answer differs after {seen} bytes"
                )));
            }
            seen += chunk.len();
            body.flow_control().release_capacity(chunk.len())?;
        }
        let trailers = body.trailers().await?.unwrap_or_default();
        refused(&trailers)?;
        if seen != self.answer.len() || !trailers.contains_key("grpc-status") {
            let whole = self.answer.len();
            return Err(Fault::Wrong(format!(
                "the answer ended after {seen} of {whole} bytes"
            )));
        }
        Ok(start.elapsed())
    }
}

async fn connect_all(port: u16, streams: usize) -> Result<Vec<SendRequest<Bytes>>, Fault> {
    let mut connections = Vec::new();
    for _ in 0..streams.min(CONNECTIONS) {
        connections.push(connect(port).await?);
    }
    Ok(connections)
}

async fn connect(port: u16) -> Result<SendRequest<Bytes>, Fault> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let refused = |error: std::io::Error| Fault::Refused(format!("no connection: {error}"));
    let stream = TcpStream::connect(address).await.map_err(refused)?;
    stream.set_nodelay(true).map_err(refused)?;
    let (sender, connection) = Builder::new()
        .initial_window_size(16 << 20)
        .initial_connection_window_size(1 << 30)
        .handshake(stream)
        .await?;
    // Its error is the error of every call on it.
    spawn_local(async move { connection.await.ok() });
    Ok(sender)
}

/// A status other than OK.
fn refused(headers: &HeaderMap) -> Result<(), Fault> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match text("grpc-status") {
        None | Some("0") => Ok(()),
        Some(code) => Err(Fault::Refused(format!(
            "status {code}: {}",
            text("grpc-message").unwrap_or_default()
        ))),
    }
}

impl Fault {
    pub(crate) fn too_slow(most: Duration) -> Self {
        Self::TooSlow(format!("one call of every stream takes over {most:?}"))
    }

    fn none_to_send() -> Self {
        Self::Wrong(String::from("a request without a body"))
    }
}

impl From<h2::Error> for Fault {
    fn from(error: h2::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::TooSlow(text) | Self::Wrong(text) => f.write_str(text),
        }
    }
}
