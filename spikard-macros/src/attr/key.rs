//! The options there are.

/// An option, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Service,
    Method,
    Python,
    Name,
    Crate,
    MaxMessages,
    MaxMessageBytes,
    MaxStreamBytes,
    Timeout,
    IdleTimeout,
}

impl Key {
    pub(crate) const ALL: [Self; 10] = [
        Self::Service,
        Self::Method,
        Self::Python,
        Self::Name,
        Self::Crate,
        Self::MaxMessages,
        Self::MaxMessageBytes,
        Self::MaxStreamBytes,
        Self::Timeout,
        Self::IdleTimeout,
    ];

    /// The word that is written; for a limit it is the method of `MethodOptions` as well.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Method => "method",
            Self::Python => "python",
            Self::Name => "name",
            Self::Crate => "crate",
            Self::MaxMessages => "max_messages",
            Self::MaxMessageBytes => "max_message_bytes",
            Self::MaxStreamBytes => "max_stream_bytes",
            Self::Timeout => "timeout",
            Self::IdleTimeout => "idle_timeout",
        }
    }

    /// What its value looks like.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Service => "service = \"messageservice.MessageService\"",
            Self::Method => "method = \"BatchCreate\"",
            Self::Python => "python = \"module:callable\"",
            Self::Name => "name = BatchCreate",
            Self::Crate => "crate = spikard",
            Self::MaxMessages => "max_messages = 500",
            Self::MaxMessageBytes => "max_message_bytes = \"1MiB\"",
            Self::MaxStreamBytes => "max_stream_bytes = \"8MiB\"",
            Self::Timeout => "timeout = \"5s\"",
            Self::IdleTimeout => "idle_timeout = \"30s\"",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.word() == word)
    }
}
