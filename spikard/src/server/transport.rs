//! The settings of the HTTP/2 transport.

use std::time::Duration;

use hyper::server::conn::http2;

use super::clock::ConnectionClock;
use super::executor::StreamExecutor;

/// The flow-control window of a connection. h2 ends a connection with too many small DATA frames unread; it allows
/// half of this window, and counts each frame as 256 bytes less its payload. The default of 64 KiB allows 129 frames
/// of one byte. 256 MiB allows 520,000: 52 streams with 10,000 one-byte messages each. It is not more because h2 takes
/// 240 bytes for each frame, 120 MiB a connection.
const CONNECTION_WINDOW: u32 = 256 << 20;

/// The flow-control window of a stream: what may be in flight before its call reads it. The budget does not count it.
/// More than a processor's cache holds is read from memory again: with 1 MiB, eight streams of messages of 1 KiB
/// took 1.4 times the CPU.
const STREAM_WINDOW: u32 = 256 << 10;

/// The settings that a user may change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transport {
    pub(super) max_concurrent_streams: u32,
    pub(super) keepalive_interval: Option<Duration>,
    pub(super) keepalive_timeout: Duration,
    pub(super) handshake_timeout: Duration,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            max_concurrent_streams: 256,
            keepalive_interval: Some(Duration::from_secs(60)),
            keepalive_timeout: Duration::from_secs(20),
            handshake_timeout: Duration::from_secs(10),
        }
    }
}

impl Transport {
    /// The time after which a peer that does not respond is gone; `None` without keepalive.
    pub(super) fn patience(&self) -> Option<Duration> {
        let interval = self.keepalive_interval?;
        Some(interval.saturating_add(self.keepalive_timeout))
    }

    pub(super) fn http2(&self, clock: ConnectionClock) -> http2::Builder<StreamExecutor> {
        let mut builder = http2::Builder::new(StreamExecutor);
        builder
            .timer(clock)
            .auto_date_header(false)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .initial_stream_window_size(STREAM_WINDOW)
            .max_concurrent_streams(self.max_concurrent_streams)
            .keep_alive_interval(self.keepalive_interval)
            .keep_alive_timeout(self.keepalive_timeout);
        builder
    }
}
