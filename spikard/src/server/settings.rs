//! The settings of a server's connections, and of its end.

use std::time::Duration;

use super::builder::ServerBuilder;

impl ServerBuilder {
    /// The time between NOT_SERVING and the end of accepting connections, for load balancers to look elsewhere.
    /// Default: none.
    #[must_use]
    pub fn drain_delay(mut self, delay: Duration) -> Self {
        self.drain_delay = delay;
        self
    }

    /// The grace period of a graceful shutdown: the time for calls in flight to finish. Default: 30 s.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// The time for which the event loop of Python may not answer, or calls may wait for a thread for `def` handlers, before
    /// health says NOT_SERVING until they are served again; `None` and zero are for ever. Default: 10 s.
    ///
    /// It is for handlers in Python and [`health`](Self::health): clients and balancers then look elsewhere.
    #[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
    #[must_use]
    pub fn unhealthy_after(mut self, time: Option<Duration>) -> Self {
        self.unhealthy_after = time.filter(|time| !time.is_zero());
        self
    }

    /// SO_REUSEPORT: other processes of this user may listen on the port as well, if they all say so. Default: `false`.
    ///
    /// A successor starts before this server drains, and no connection is refused between. On Linux the kernel spreads new
    /// connections over all of them. It is for [`bind`](Self::bind) and [`serve`](Self::serve).
    #[cfg(unix)]
    #[must_use]
    pub fn reuse_port(mut self, reuse: bool) -> Self {
        self.reuse_port = reuse;
        self
    }

    /// The connections that may be open. Default: 10,000.
    ///
    /// Further ones wait in the backlog of the socket until one of them ends. Each takes a file descriptor.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.transport.max_connections = connections;
        self
    }

    /// The age at which a connection gets GOAWAY: calls in flight finish, and the client connects anew, perhaps to another
    /// server. Each connection has up to a tenth more or less. Default: none.
    #[must_use]
    pub fn max_connection_age(mut self, age: Duration) -> Self {
        self.transport.age.most = Some(age);
        self
    }

    /// The time after [`max_connection_age`](Self::max_connection_age) at which a connection is closed with what is left
    /// on it. Default: none.
    #[must_use]
    pub fn max_connection_age_grace(mut self, grace: Duration) -> Self {
        self.transport.age.grace = Some(grace);
        self
    }

    /// The time without a call after which a connection gets GOAWAY; its client connects anew when it has one. Default:
    /// none.
    #[must_use]
    pub fn max_connection_idle(mut self, idle: Duration) -> Self {
        self.transport.age.idle = Some(idle);
        self
    }

    /// SETTINGS_MAX_CONCURRENT_STREAMS: the calls that one connection may have in flight. Default: 256.
    ///
    /// A client queues further calls.
    #[must_use]
    pub fn max_concurrent_streams(mut self, streams: u32) -> Self {
        self.transport.max_concurrent_streams = streams;
        self
    }

    /// SETTINGS_INITIAL_WINDOW_SIZE: the flow-control window of a stream, in bytes. Default: 16 MiB.
    ///
    /// It is what may be in flight of a request before its call reads it: an upload gets one window a round trip, 320 MiB/s
    /// at 50 ms. Buffered calls read at once. What a full-duplex handler leaves unread is in no budget; the connection's
    /// window bounds it.
    #[must_use]
    pub fn initial_stream_window_size(mut self, bytes: u32) -> Self {
        self.transport.stream_window = bytes;
        self
    }

    /// The flow-control window of a connection, in bytes. Default: 256 MiB.
    ///
    /// A connection may have as many small DATA frames unread as go into half of it at 256 bytes each.
    #[must_use]
    pub fn initial_connection_window_size(mut self, bytes: u32) -> Self {
        self.transport.connection_window = bytes;
        self
    }

    /// SETTINGS_MAX_FRAME_SIZE: the bytes of one frame, 16 KiB to 16 MiB less one byte. Default: 16 KiB.
    #[must_use]
    pub fn max_frame_size(mut self, bytes: u32) -> Self {
        self.transport.max_frame_size = bytes;
        self
    }

    /// SETTINGS_MAX_HEADER_LIST_SIZE: the bytes of the headers of a request, its metadata included. Default: 64 KiB.
    #[must_use]
    pub fn max_header_list_size(mut self, bytes: u32) -> Self {
        self.transport.max_header_list_size = bytes;
        self
    }

    /// Keepalive: the time between two HTTP/2 PINGs on a connection; `None` turns keepalive off. Default: 60 s.
    #[must_use]
    pub fn keepalive_interval(mut self, interval: Option<Duration>) -> Self {
        self.transport.keepalive_interval = interval;
        self
    }

    /// Keepalive: the time within which a PING must be acknowledged, or its connection is closed. Default: 20 s.
    #[must_use]
    pub fn keepalive_timeout(mut self, timeout: Duration) -> Self {
        self.transport.keepalive_timeout = timeout;
        self
    }

    /// The time for the TLS handshake and the HTTP/2 preface of a new connection, or it is closed. Default: 10 s.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.transport.handshake_timeout = timeout;
        self
    }

    /// The TLS handshakes that may be in progress; further ones wait for a turn. Default: 256.
    ///
    /// Each takes about a millisecond of CPU: a flood of them cannot starve the calls in flight.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn max_handshakes(mut self, handshakes: usize) -> Self {
        self.transport.max_handshakes = handshakes;
        self
    }

    /// SO_KEEPALIVE: the time without traffic after which the system probes a connection; `None` leaves it to the system's
    /// own setting. Default: `None`, since keepalive PINGs find a peer that is gone.
    #[must_use]
    pub fn tcp_keepalive(mut self, idle: Option<Duration>) -> Self {
        self.transport.tcp_keepalive = idle;
        self
    }

    /// TCP_NODELAY: small segments are sent at once. Default: `true`.
    #[must_use]
    pub fn tcp_nodelay(mut self, nodelay: bool) -> Self {
        self.transport.tcp_nodelay = nodelay;
        self
    }
}

#[cfg(all(test, feature = "health", feature = "python", not(spikard_extension)))]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_for_ever() {
        let set = |time| {
            crate::Server::builder()
                .unhealthy_after(time)
                .unhealthy_after
        };
        let second = Duration::from_secs(1);
        assert_eq!(set(Some(second)), Some(second));
        assert_eq!(set(Some(Duration::ZERO)), None);
        assert_eq!(set(None), None);
    }
}
