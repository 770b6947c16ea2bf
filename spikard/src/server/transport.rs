//! The settings of the HTTP/2 transport.

use std::time::Duration;

use hyper::server::conn::http2;

use super::clock::ConnectionClock;
use super::executor::StreamExecutor;

/// h2 ends a connection whose small DATA frames pile up unread, and allows them in proportion to
/// this window: half of it, at 256 bytes less its payload for each frame. With the default window
/// of 64 KiB that is 129 frames of one byte; 256 MiB allows 520,000, so that 52 streams at once may have
/// 10,000 one-byte messages each of which none has been read. In h2 they take 240 bytes each, whatever is in
/// them: 120 MiB of a connection, which is why it is not more.
const CONNECTION_WINDOW: u32 = 256 << 20;

/// What one stream may have in flight before its call takes it. The budget does not see it, and more than
/// a processor's cache holds is read from memory again: with 1 MiB, eight streams of messages of 1 KiB took
/// 1.4 times the CPU.
const STREAM_WINDOW: u32 = 256 << 10;

/// What a user may set of the transport.
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
    /// How long a peer that is not there any more may go unnoticed; `None` for ever.
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
