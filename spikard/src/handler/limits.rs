//! What one call may take: messages, bytes and time.

use std::time::Duration;

/// The messages that one stream may have by default: 10,000.
pub const MAX_STREAM_MESSAGES: usize = 10_000;

/// What a call may take before it is refused, for a whole server.
///
/// A call over a limit is answered RESOURCE_EXHAUSTED (DEADLINE_EXCEEDED for time) with the limit's
/// name and value; the handler does not run, and what was buffered is freed at once. A method's own
/// options (`#[grpc(max_messages = 500)]`) override the server's limits. Minor versions add fields: end a literal with
/// `..Limits::default()`.
///
/// ```
/// use std::time::Duration;
/// use spikard::Limits;
///
/// let limits = Limits {
///     max_messages: 500,
///     timeout: Some(Duration::from_secs(5)),
///     ..Limits::default()
/// };
/// assert_eq!(limits.max_message_bytes, 4 * 1024 * 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages in one stream. Default: [`MAX_STREAM_MESSAGES`].
    pub max_messages: usize,
    /// Bytes in one message, after decompression. Default: 4 MiB, gRPC's usual `max_receive_message_length`.
    pub max_message_bytes: usize,
    /// Bytes in all messages of one stream, after decompression. Default: 64 MiB.
    pub max_stream_bytes: usize,
    /// Bytes that the decoded messages of one stream take in memory: known from their types before they are decoded,
    /// so that nothing is decoded which would take more. Of a full-duplex call, the bytes that one message takes. Raw
    /// messages ([`Bytes`](crate::Bytes)) are not decoded, but where a handler in Python has them decoded, what its
    /// library takes counts. Default: 128 MiB; see [`Footprint`](crate::Footprint).
    pub max_decoded_bytes: usize,
    /// Bytes in one message of a response, before compression. Default: 4 GiB less one byte, the most that the
    /// 4-byte length of a frame can say.
    pub max_sent_message_bytes: usize,
    /// Bytes of the headers before the messages of a response, and of the trailers after them, in HTTP/2's count (of
    /// each its name, its value and 32). Default: 8 KiB, which is what gRPC's clients take; at least 1 KiB.
    ///
    /// 512 of them are kept for gRPC's own headers and those of proxies. A status that is larger keeps its code: its
    /// text is cut, and the largest of its details and metadata are left out. A success whose metadata are larger is
    /// INTERNAL. It holds for services of others and for what layers add as well.
    pub max_sent_metadata_bytes: usize,
    /// The deadline of a call, from its arrival: buffering, the handler and the response. The client's
    /// `grpc-timeout` counts where it is shorter. Default: none.
    pub timeout: Option<Duration>,
    /// The idle timeout: time without a DATA frame from the client before its half-close. Default: 60 s.
    /// It also bounds the time for the client to take a piece of the response, of at most 256 KiB.
    pub idle_timeout: Duration,
    /// The time for a buffered request to arrive, from its first wait to the half-close; `None` is no limit. Default:
    /// 5 minutes.
    pub receive_timeout: Option<Duration>,
    /// The rate, in bytes a second, at which a buffered request must arrive that holds more than 64 KiB. It is measured
    /// over 5 s at a time. Default: 240; 0 is no minimum.
    pub min_receive_rate: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_messages: MAX_STREAM_MESSAGES,
            max_message_bytes: 4 << 20,
            max_stream_bytes: 64 << 20,
            max_decoded_bytes: 128 << 20,
            max_sent_message_bytes: u32::MAX as usize,
            max_sent_metadata_bytes: 8 << 10,
            timeout: None,
            idle_timeout: Duration::from_secs(60),
            receive_timeout: Some(Duration::from_secs(300)),
            min_receive_rate: 240,
        }
    }
}

impl Limits {
    /// For a stream that is not buffered: the limits of a buffer do not apply.
    pub(crate) fn unbuffered(self) -> Self {
        Self {
            max_messages: usize::MAX,
            max_stream_bytes: usize::MAX,
            idle_timeout: Duration::MAX,
            receive_timeout: None,
            min_receive_rate: 0,
            ..self
        }
    }

    pub(crate) fn overridden_by(self, options: &MethodOptions) -> Self {
        Self {
            max_messages: options.max_messages.unwrap_or(self.max_messages),
            max_message_bytes: options.max_message_bytes.unwrap_or(self.max_message_bytes),
            max_stream_bytes: options.max_stream_bytes.unwrap_or(self.max_stream_bytes),
            max_decoded_bytes: options.max_decoded_bytes.unwrap_or(self.max_decoded_bytes),
            max_sent_message_bytes: self.max_sent_message_bytes,
            max_sent_metadata_bytes: self.max_sent_metadata_bytes,
            timeout: options.timeout.or(self.timeout),
            idle_timeout: options.idle_timeout.unwrap_or(self.idle_timeout),
            receive_timeout: self.receive_timeout,
            min_receive_rate: self.min_receive_rate,
        }
    }
}

/// The limits and switches that one method sets for itself; `None` is what the server has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodOptions {
    /// See [`Limits::max_messages`].
    pub max_messages: Option<usize>,
    /// See [`Limits::max_message_bytes`].
    pub max_message_bytes: Option<usize>,
    /// See [`Limits::max_stream_bytes`].
    pub max_stream_bytes: Option<usize>,
    /// See [`Limits::max_decoded_bytes`].
    pub max_decoded_bytes: Option<usize>,
    /// See [`Limits::timeout`].
    pub timeout: Option<Duration>,
    /// See [`Limits::idle_timeout`].
    pub idle_timeout: Option<Duration>,
    /// See [`Routes::accept_compression`](crate::Routes::accept_compression).
    pub accept_compression: Option<bool>,
    /// See [`Routes::refuse_retried_uploads`](crate::Routes::refuse_retried_uploads).
    pub refuse_retried_uploads: Option<bool>,
    /// See [`Routes::undecodable_as_invalid_argument`](crate::Routes::undecodable_as_invalid_argument).
    pub undecodable_as_invalid_argument: Option<bool>,
}

impl MethodOptions {
    /// No limit of its own.
    pub const fn new() -> Self {
        Self {
            max_messages: None,
            max_message_bytes: None,
            max_stream_bytes: None,
            max_decoded_bytes: None,
            timeout: None,
            idle_timeout: None,
            accept_compression: None,
            refuse_retried_uploads: None,
            undecodable_as_invalid_argument: None,
        }
    }

    /// Sets [`Limits::max_messages`] for the method.
    pub const fn max_messages(mut self, messages: usize) -> Self {
        self.max_messages = Some(messages);
        self
    }

    /// Sets [`Limits::max_message_bytes`] for the method.
    pub const fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = Some(bytes);
        self
    }

    /// Sets [`Limits::max_stream_bytes`] for the method.
    pub const fn max_stream_bytes(mut self, bytes: usize) -> Self {
        self.max_stream_bytes = Some(bytes);
        self
    }

    /// Sets [`Limits::max_decoded_bytes`] for the method.
    pub const fn max_decoded_bytes(mut self, bytes: usize) -> Self {
        self.max_decoded_bytes = Some(bytes);
        self
    }

    /// Sets [`Limits::timeout`] for the method.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets [`Limits::idle_timeout`] for the method.
    pub const fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }

    /// Sets [`Routes::accept_compression`](crate::Routes::accept_compression) for the method.
    pub const fn accept_compression(mut self, accept: bool) -> Self {
        self.accept_compression = Some(accept);
        self
    }

    /// Sets [`Routes::refuse_retried_uploads`](crate::Routes::refuse_retried_uploads) for the method.
    pub const fn refuse_retried_uploads(mut self, refuse: bool) -> Self {
        self.refuse_retried_uploads = Some(refuse);
        self
    }

    /// Sets [`Routes::undecodable_as_invalid_argument`](crate::Routes::undecodable_as_invalid_argument) for the method.
    pub const fn undecodable_as_invalid_argument(mut self, invalid: bool) -> Self {
        self.undecodable_as_invalid_argument = Some(invalid);
        self
    }
}
