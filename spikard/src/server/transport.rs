//! The settings of the HTTP/2 transport.

use std::time::Duration;

use hyper::server::conn::http2;

use super::age::Age;
use super::clock::ConnectionClock;
use super::executor::Streams;

/// h2 ends a connection with too many small DATA frames unread; it allows half of the connection's window, and counts
/// each frame as 256 bytes less its payload. The default of 64 KiB allows 129 frames of one byte. 256 MiB allows 520,000:
/// 52 streams with 10,000 one-byte messages each. It is not more because h2 takes 240 bytes for each frame, 120 MiB a
/// connection.
const CONNECTION_WINDOW: u32 = 256 << 20;

/// An upload gets a window a round trip: 30 MiB over 50 ms took 6.5 s with 256 KiB, 0.56 s with 4 MiB, 0.19 s with 16 MiB. The
/// price: where a client is faster than the server, a window of 256 KiB keeps what is read in the processor's cache. On one
/// machine, eight streams of messages of 1 KiB take a third more CPU with any window from 1 MiB on.
const STREAM_WINDOW: u32 = 16 << 20;

/// Late frames that each stream of a connection may have.
const LATE_FRAMES: usize = 10_000;

/// The settings that a user may change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transport {
    pub(super) max_connections: usize,
    pub(super) max_concurrent_streams: u32,
    pub(super) stream_window: u32,
    pub(super) connection_window: u32,
    pub(super) max_frame_size: u32,
    pub(super) max_header_list_size: u32,
    pub(super) keepalive_interval: Option<Duration>,
    pub(super) keepalive_timeout: Duration,
    pub(super) handshake_timeout: Duration,
    #[cfg(feature = "tls")]
    pub(super) max_handshakes: usize,
    pub(super) tcp_nodelay: bool,
    pub(super) tcp_keepalive: Option<Duration>,
    pub(super) age: Age,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_concurrent_streams: 256,
            stream_window: STREAM_WINDOW,
            connection_window: CONNECTION_WINDOW,
            max_frame_size: 16 << 10,
            max_header_list_size: 64 << 10,
            keepalive_interval: Some(Duration::from_secs(60)),
            keepalive_timeout: Duration::from_secs(20),
            handshake_timeout: Duration::from_secs(10),
            #[cfg(feature = "tls")]
            max_handshakes: 256,
            tcp_nodelay: true,
            tcp_keepalive: None,
            age: Age::default(),
        }
    }
}

impl Transport {
    /// The time after which a peer that does not respond is gone; `None` without keepalive.
    pub(super) fn patience(&self) -> Option<Duration> {
        let interval = self.keepalive_interval?;
        Some(interval.saturating_add(self.keepalive_timeout))
    }

    /// h2 counts a late frame of a stream that was refused as an error of the peer's, for the life of the connection, and
    /// ends one with more than 1,024. Over a long line a refused upload alone has dozens.
    fn local_error_resets(&self) -> Option<usize> {
        usize::try_from(self.max_concurrent_streams)
            .ok()?
            .checked_mul(LATE_FRAMES)
    }

    pub(super) fn http2(
        &self,
        clock: ConnectionClock,
        streams: Streams,
    ) -> http2::Builder<Streams> {
        let mut builder = http2::Builder::new(streams);
        builder
            .timer(clock)
            .auto_date_header(false)
            .initial_connection_window_size(self.connection_window)
            .initial_stream_window_size(self.stream_window)
            .max_frame_size(self.max_frame_size)
            .max_concurrent_streams(self.max_concurrent_streams)
            .max_pending_accept_reset_streams(self.max_concurrent_streams as usize)
            .max_local_error_reset_streams(self.local_error_resets())
            .max_header_list_size(self.max_header_list_size)
            .keep_alive_interval(self.keepalive_interval)
            .keep_alive_timeout(self.keepalive_timeout);
        builder
    }
}
