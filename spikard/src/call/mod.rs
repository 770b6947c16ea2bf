//! A call and its connection: what is known of them besides messages, and what a call holds.

mod arrival;
mod arriving;
mod budget;
mod builder;
mod connection;
mod deadline;
mod failure;
#[cfg(feature = "orca")]
mod load;
#[cfg(feature = "server")]
pub(crate) mod panic_place;
mod panic_text;
mod panics;
mod progress;
pub(crate) mod refusal;
#[cfg(feature = "server")]
mod seldom;
mod span;
#[cfg(feature = "otel")]
mod trace_context;
#[cfg(any(feature = "health", feature = "orca", feature = "reflection"))]
mod until_drain;

use std::future::{Future, pending};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use http::Extensions;

use crate::Code;

pub(crate) use arrival::{Arrival, HalfClose, Reached};
use arriving::Arriving;
pub(crate) use budget::{Budget, Charge};
pub use builder::CallBuilder;
pub(crate) use connection::Connection;
pub(crate) use deadline::{Deadline, DeadlineTimer};
#[cfg(feature = "server")]
pub(crate) use failure::of_layer;
pub(crate) use failure::{of_handler, passed_on};
#[cfg(feature = "orca")]
pub use load::LoadReport;
#[cfg(feature = "orca")]
pub(crate) use load::{LoadRecorder, Recorded};
pub(crate) use panics::{contained, contained_in};
pub(crate) use progress::Progress;
#[cfg(feature = "server")]
pub(crate) use seldom::Seldom;
pub(crate) use span::CallSpan;
#[cfg(feature = "orca")]
pub(crate) use span::is_server_fault;
#[cfg(any(feature = "health", feature = "orca", feature = "reflection"))]
pub(crate) use until_drain::UntilDrain;

/// What the server knows of one call: the peer, the deadline, the extensions of the HTTP request.
///
/// Every request carries one behind an `Arc`. `Call::default()`, for unit tests of handlers, has no peer,
/// no deadline and no extensions; [`Call::builder`] makes one that has.
///
/// ```
/// use spikard::{Bytes, GrpcRequest};
///
/// let request: GrpcRequest<Bytes> = GrpcRequest::default();
/// assert_eq!(request.call.deadline(), None);
/// assert_eq!(request.call.peer(), None);
/// ```
#[derive(Debug, Default)]
pub struct Call {
    /// `None` where the connection is another server's.
    connection: Option<Arc<Connection>>,
    deadline: Option<Instant>,
    extensions: Extensions,
    /// What the server or the method says of messages that cannot be decoded, if either does.
    undecodable_as_invalid_argument: Option<bool>,
    buffered: OnceLock<Buffered>,
    /// Of a stream that is not buffered and whose messages may be compressed.
    arriving: OnceLock<Arriving>,
    /// Whether the whole request has arrived.
    half_closed: AtomicBool,
    pub(crate) progress: Progress,
}

impl Call {
    pub(crate) fn new(
        connection: Option<Arc<Connection>>,
        deadline: Option<Instant>,
        extensions: Extensions,
        undecodable_as_invalid_argument: Option<bool>,
    ) -> Self {
        Self {
            connection,
            deadline,
            extensions,
            undecodable_as_invalid_argument,
            buffered: OnceLock::new(),
            arriving: OnceLock::new(),
            half_closed: AtomicBool::new(false),
            progress: Progress::default(),
        }
    }

    /// Its times are measured, from when the request arrived.
    pub(crate) fn measured_from(self, from: Option<Instant>) -> Self {
        Self {
            progress: Progress::measured_from(from),
            ..self
        }
    }

    pub(crate) fn connection(&self) -> Option<Arc<Connection>> {
        self.connection.clone()
    }

    /// The client's address; `None` over a Unix socket and outside spikard's own server.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.connection.as_ref()?.address
    }

    /// Over a Unix socket, the client's user, group and, where the system tells it, process, as they were when it
    /// connected; else `None`.
    ///
    /// ```
    /// use spikard::{GrpcRequest, GrpcResponse, Status};
    ///
    /// async fn who_am_i(request: GrpcRequest) -> Result<GrpcResponse<u32>, Status> {
    ///     let client = request.call.peer_cred().ok_or_else(|| Status::unauthenticated("not a Unix socket"))?;
    ///     Ok(GrpcResponse::from(client.uid()))
    /// }
    /// ```
    #[cfg(all(feature = "server", unix))]
    pub fn peer_cred(&self) -> Option<tokio::net::unix::UCred> {
        self.connection.as_ref()?.credentials
    }

    /// The client's certificates, its own first; empty without mutual TLS.
    #[cfg(feature = "tls")]
    pub fn peer_certs(&self) -> &[rustls_pki_types::CertificateDer<'static>] {
        let connection = self.connection.as_ref();
        connection.map_or(&[], |connection| &connection.certificates)
    }

    /// The deadline: the earlier of the client's `grpc-timeout` and the method's `timeout`.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The time left until the deadline, zero when it has passed, `None` without a deadline.
    pub fn time_remaining(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Ready when the connection has had GOAWAY: the server shuts down gracefully, or `max_connection_age` is reached. The
    /// call has the grace period left. Never ready outside spikard's own server.
    ///
    /// A stream without an end can end by itself then, and its client goes on elsewhere:
    ///
    /// ```
    /// # async fn next() -> Option<u64> { None }
    /// use spikard::{GrpcDuplexRequest, Status};
    ///
    /// async fn watch(request: GrpcDuplexRequest) -> Result<(), Status> {
    ///     let mut draining = std::pin::pin!(request.call.draining());
    ///     loop {
    ///         tokio::select! {
    ///             () = &mut draining => return Err(Status::unavailable("the server shuts down")),
    ///             next = next() => match next {
    ///                 Some(_change) => { /* send it */ }
    ///                 None => return Ok(()),
    ///             },
    ///         }
    ///     }
    /// }
    /// ```
    pub fn draining(&self) -> impl Future<Output = ()> + Send + use<> {
        let connection = self.connection.as_ref();
        let draining = connection.map(|connection| connection.draining());
        async move {
            match draining {
                Some(draining) => draining.await,
                None => pending().await,
            }
        }
    }

    /// The extensions of the HTTP request: what tower layers left for the handler.
    #[cfg_attr(
        feature = "server",
        doc = "\n[`ServerBuilder::layer`](crate::ServerBuilder::layer) has a sample."
    )]
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Whether the message at `index` was compressed on the wire. Of a stream that is not buffered, ask before the next
    /// message is read: what has been read before is forgotten.
    pub fn was_compressed(&self, index: usize) -> bool {
        if let Some(arriving) = self.arriving.get() {
            return arriving.was_compressed(index);
        }
        self.compressed().get(index) == Some(&true)
    }

    /// Which messages were compressed, up to the last that was.
    pub(crate) fn compressed(&self) -> &[bool] {
        let buffered = self.buffered.get();
        buffered.map_or(&[], |buffered| &buffered.compressed)
    }

    /// Whether the messages come as a stream, and may be compressed.
    #[cfg(feature = "python")]
    pub(crate) fn streams_compressed(&self) -> bool {
        self.arriving.get().is_some()
    }

    /// The handler is given messages of a stream, from `first` on, of which some may have been `compressed`.
    pub(crate) fn arriving(&self, first: usize, compressed: Vec<bool>) {
        let arriving = self.arriving.get_or_init(Arriving::default);
        arriving.set(first, compressed);
    }

    /// The code for a message that cannot be decoded. By default it is INTERNAL in Rust, as gRPC has it, and in Python
    /// INVALID_ARGUMENT, that of handlers that decode by hand.
    pub(crate) fn undecodable(&self, in_python: bool) -> Code {
        if self.undecodable_as_invalid_argument.unwrap_or(in_python) {
            Code::InvalidArgument
        } else {
            Code::Internal
        }
    }

    /// The client has half-closed, and every message before that was taken.
    pub(crate) fn set_half_closed(&self) {
        // The flag guards nothing but itself, so no ordering with other memory is needed.
        self.half_closed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_half_closed(&self) -> bool {
        self.half_closed.load(Ordering::Relaxed)
    }

    pub(crate) fn hold(&self, buffered: Buffered) {
        // A call is collected once; a second charge would be returned at once, which is right too.
        let _ = self.buffered.set(buffered);
    }
}

/// What the call keeps of its messages once they are handed over.
#[derive(Debug)]
pub(crate) struct Buffered {
    /// The share of the server's budget that they take, returned when the call ends.
    _charge: Charge,
    /// Which of them were compressed, up to the last that was.
    compressed: Vec<bool>,
}

impl Buffered {
    pub(crate) fn new(charge: Charge, compressed: Vec<bool>) -> Self {
        Self {
            _charge: charge,
            compressed,
        }
    }
}
