//! Which limit a call was refused by.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::Status;

macro_rules! limits {
    ($($limit:ident = $name:literal,)*) => {
        /// What a call was refused by: an option of the server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Limit {
            $($limit,)*
        }

        impl Limit {
            pub(super) const ALL: &[Self] = &[$(Self::$limit,)*];

            /// The name of the option.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$limit => $name,)*
                }
            }
        }
    };
}

limits! {
    AcceptCompression = "accept_compression",
    Grace = "grace",
    IdleTimeout = "idle_timeout",
    MaxBufferedBytes = "max_buffered_bytes",
    MaxBufferedBytesPerConnection = "max_buffered_bytes_per_connection",
    MaxDecodedBytes = "max_decoded_bytes",
    MaxMessageBytes = "max_message_bytes",
    MaxMessages = "max_messages",
    MaxSentMessageBytes = "max_sent_message_bytes",
    MaxSentMetadataBytes = "max_sent_metadata_bytes",
    MaxStreamBytes = "max_stream_bytes",
    MaxWaitingCalls = "max_waiting_calls",
    MinReceiveRate = "min_receive_rate",
    ReceiveTimeout = "receive_timeout",
    RefuseRetriedUploads = "refuse_retried_uploads",
    Timeout = "timeout",
}

impl Limit {
    /// The limit behind a status, if there is one.
    pub(crate) fn of(status: &Status) -> Option<Self> {
        let mut cause = status.source();
        while let Some(error) = cause {
            if let Some(limit) = error.downcast_ref::<Self>() {
                return Some(*limit);
            }
            cause = error.source();
        }
        None
    }
}

/// The status of a call that a limit refuses.
pub(crate) fn limited(limit: Limit, mut status: Status) -> Status {
    status.set_source(Arc::new(limit));
    status
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Error for Limit {}
