//! The options.

/// The name of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Service,
    Method,
    Python,
    Name,
    Complete,
    Crate,
    MaxMessages,
    MaxMessageBytes,
    MaxStreamBytes,
    MaxDecodedBytes,
    Timeout,
    IdleTimeout,
    AcceptCompression,
    RefuseRetriedUploads,
    UndecodableAsInvalidArgument,
}

impl Key {
    pub(crate) const ALL: [Self; 15] = [
        Self::Service,
        Self::Method,
        Self::Python,
        Self::Name,
        Self::Complete,
        Self::Crate,
        Self::MaxMessages,
        Self::MaxMessageBytes,
        Self::MaxStreamBytes,
        Self::MaxDecodedBytes,
        Self::Timeout,
        Self::IdleTimeout,
        Self::AcceptCompression,
        Self::RefuseRetriedUploads,
        Self::UndecodableAsInvalidArgument,
    ];

    /// The word in the source; for a limit or a switch, the method of `MethodOptions` too.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Method => "method",
            Self::Python => "python",
            Self::Name => "name",
            Self::Complete => "complete",
            Self::Crate => "crate",
            Self::MaxMessages => "max_messages",
            Self::MaxMessageBytes => "max_message_bytes",
            Self::MaxStreamBytes => "max_stream_bytes",
            Self::MaxDecodedBytes => "max_decoded_bytes",
            Self::Timeout => "timeout",
            Self::IdleTimeout => "idle_timeout",
            Self::AcceptCompression => "accept_compression",
            Self::RefuseRetriedUploads => "refuse_retried_uploads",
            Self::UndecodableAsInvalidArgument => "undecodable_as_invalid_argument",
        }
    }

    /// An example of its value.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Service => "service = \"messageservice.MessageService\"",
            Self::Method => "method = \"BatchCreate\"",
            Self::Python => "python = \"module:callable\"",
            Self::Name => "name = BatchCreate",
            Self::Complete => "complete = true",
            Self::Crate => "crate = spikard",
            Self::MaxMessages => "max_messages = 500",
            Self::MaxMessageBytes => "max_message_bytes = \"1MiB\"",
            Self::MaxStreamBytes => "max_stream_bytes = \"8MiB\"",
            Self::MaxDecodedBytes => "max_decoded_bytes = \"16MiB\"",
            Self::Timeout => "timeout = \"5s\"",
            Self::IdleTimeout => "idle_timeout = \"30s\"",
            Self::AcceptCompression => "accept_compression = false",
            Self::RefuseRetriedUploads => "refuse_retried_uploads = true",
            Self::UndecodableAsInvalidArgument => "undecodable_as_invalid_argument = true",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.word() == word)
    }
}
