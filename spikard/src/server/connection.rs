//! One connection: HTTP/2, and the methods that its requests are for.

use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep_until;
use tokio_util::task::TaskTracker;
use tonic::body::Body;

use crate::call::{self, Arrival, HalfClose};
use crate::dispatch::ResponseFuture;
use crate::stats::{OpenConnection, ServerCounters};

use super::accepted::Accepted;
use super::broken::Broken;
use super::clock::ConnectionClock;
use super::executor::Streams;
use super::handshake::{Established, Handshake};
use super::idle::InFlight;
use super::layers::Stack;
#[cfg(feature = "orca")]
use super::orca::Load;
use super::socket::Socket;
use super::stopping::Stopping;
use super::transport::Transport;
use super::verified_body::VerifiedBody;

/// The time that a new connection has for its handshake and its preface in a graceful shutdown: it was accepted because
/// the server still listened.
const NEWCOMER: Duration = Duration::from_secs(1);

/// What every connection of a server is served with.
#[derive(Clone, Debug)]
pub(super) struct Serving {
    pub(super) stack: Stack,
    pub(super) transport: Transport,
    pub(super) handshake: Handshake,
    pub(super) streams: Streams,
    /// What is said of those that end with an error.
    pub(super) broken: Broken,
    pub(super) counters: Arc<ServerCounters>,
    /// What reports the load of calls.
    #[cfg(feature = "orca")]
    pub(super) load: Option<Arc<Load>>,
}

impl Serving {
    /// Serves one connection to its end. `stopping` begins its graceful shutdown, and ends one that has sent no preface
    /// in the second since it was accepted.
    pub(super) async fn serve(self, accepted: Accepted, mut stopping: Stopping) {
        let _open = OpenConnection::of(self.counters.clone());
        let began = Instant::now();
        let peer = accepted.peer();
        let late = sleep_until((began + NEWCOMER).into());
        let established = {
            let late = async {
                stopping.begins().await;
                late.await;
            };
            tokio::select! {
                established = self.handshake.establish(accepted) => established,
                () = late => return,
            }
        };
        match established {
            Ok(Established::Plain(stream, connection)) => {
                self.http2(stream, connection, began, stopping).await;
            }
            #[cfg(unix)]
            Ok(Established::Unix(stream, connection)) => {
                self.http2(stream, connection, began, stopping).await;
            }
            Ok(Established::Other(stream, connection)) => {
                self.http2(stream, connection, began, stopping).await;
            }
            #[cfg(feature = "tls")]
            Ok(Established::Tls(stream, connection)) => {
                self.http2(stream, connection, began, stopping).await;
            }
            Err(error) => self.broken.before_http2(peer, &error),
        }
    }

    async fn http2<S>(
        self,
        stream: S,
        connection: call::Connection,
        began: Instant,
        mut stopping: Stopping,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let address = connection.address;
        let connection = Arc::new(connection);
        let shared = connection.clone();
        let calls = Calls {
            stack: self.stack,
            #[cfg(feature = "orca")]
            load: self.load,
            connection,
        };
        let socket = Socket::new(stream, self.transport.patience());
        let (preface, traffic) = (socket.preface(), socket.traffic());
        // The TLS handshake counts towards the limit.
        let handshake_left = self
            .transport
            .handshake_timeout
            .saturating_sub(began.elapsed());
        let clock = ConnectionClock::new();
        let age = self.transport.age.jittered();
        let in_flight = age.idle.map(|_| InFlight::new());
        let own_streams = TaskTracker::new();
        let streams = Streams {
            in_flight: in_flight.clone(),
            of_connection: own_streams.clone(),
            ..self.streams
        };
        let mut connection = pin!(
            self.transport
                .http2(clock.clone(), streams)
                .serve_connection(TokioIo::new(socket), calls)
        );
        let mut missing = pin!(preface.missing(handshake_left));
        let (mut old, mut too_old) = (pin!(age.reached()), pin!(age.exceeded()));
        let mut idle = pin!(idle(in_flight, age.idle));
        let mut gone = pin!(traffic.peer_is_gone(&own_streams));
        let mut late = pin!(sleep_until((began + NEWCOMER).into()));
        let (mut stops, mut goes_away) = (false, false);
        let mut stopping = pin!(stopping.begins());
        let ended = poll_fn(|cx| {
            clock.tick();
            if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
                return Poll::Ready(ended.map_err(Ending::Broken));
            }
            if !goes_away {
                stops = stops || stopping.as_mut().poll(cx).is_ready();
                // Without a preface there are no calls in flight; that of a newcomer may be on its way.
                if stops && !preface.is_there() && late.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Err(Ending::NoPreface));
                }
                goes_away = stops && preface.is_there()
                    || old.as_mut().poll(cx).is_ready()
                    || idle.as_mut().poll(cx).is_ready();
                if goes_away {
                    shared.drain();
                    connection.as_mut().graceful_shutdown();
                    // It sends GOAWAY when it is polled.
                    cx.waker().wake_by_ref();
                }
            }
            if missing.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(Ending::NoPreface));
            }
            if too_old.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(Ending::TooOld));
            }
            if goes_away && gone.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(Ending::PeerGone));
            }
            Poll::Pending
        })
        .await;
        match ended {
            Ok(()) => {}
            Err(Ending::Broken(error)) => {
                self.broken.in_http2(address, &error);
            }
            Err(Ending::NoPreface) => {
                tracing::debug!(peer = ?address, "a connection did not begin HTTP/2 and was closed");
            }
            Err(Ending::TooOld) => {
                self.broken.closed(address, "at max_connection_age_grace");
            }
            Err(Ending::PeerGone) => {
                let reason = "whose peer does not respond to GOAWAY";
                self.broken.closed(address, reason);
            }
        }
    }
}

/// How a connection ends before its time.
enum Ending {
    Broken(hyper::Error),
    NoPreface,
    TooOld,
    /// Without a call in flight.
    PeerGone,
}

/// Ready when a connection has had no call for the limit.
async fn idle(in_flight: Option<InFlight>, limit: Option<Duration>) {
    match (in_flight, limit) {
        (Some(in_flight), Some(limit)) => in_flight.idle_for(limit).await,
        _ => pending().await,
    }
}

/// The requests of one connection, each with how it arrived.
struct Calls {
    stack: Stack,
    #[cfg(feature = "orca")]
    load: Option<Arc<Load>>,
    connection: Arc<call::Connection>,
}

impl Service<Request<Incoming>> for Calls {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let mut request = request.map(|body| Body::new(VerifiedBody(body)));
        request.extensions_mut().insert(Arrival {
            connection: self.connection.clone(),
            at: Instant::now(),
            // `VerifiedBody` turns every other end into an error.
            half_close: HalfClose::Verified,
        });
        #[cfg(feature = "orca")]
        if let Some(load) = &self.load {
            return load.report_on(request, |request| self.stack.call(request));
        }
        self.stack.call(request)
    }
}
