//! What the headers of a response may have, before and after its messages.

use std::borrow::Cow;
use std::fmt;

use http::HeaderMap;
use tonic::metadata::MetadataMap;

use crate::stats::{Limit, limited};
use crate::{Code, Status, wire};

use super::fitted::fitted;

/// What is kept free of each list of headers, for what is not a handler's: `:status`, `date`, `content-type`,
/// `grpc-encoding` and `grpc-accept-encoding` are 300 bytes, and a proxy adds some of its own.
const KEPT_FREE: usize = 512;

/// A limit below this is taken for it: a status has to fit.
const LEAST: usize = 1024;

/// Holds the headers of one call's response to `max_sent_metadata_bytes`.
///
/// A failure keeps its code, and loses what does not fit. A success is whole or none: a client that misses metadata
/// could not tell.
#[derive(Clone, Debug)]
pub(crate) struct HeaderLimit {
    service: Cow<'static, str>,
    method: Cow<'static, str>,
    max: usize,
}

impl HeaderLimit {
    /// For a call of this method, whose name is for the log.
    pub(crate) fn new(
        service: Cow<'static, str>,
        method: Cow<'static, str>,
        max_sent_metadata_bytes: usize,
    ) -> Self {
        Self {
            service,
            method,
            max: Self::effective(max_sent_metadata_bytes),
        }
    }

    /// The limit that holds for a given one.
    pub(super) fn effective(max_sent_metadata_bytes: usize) -> usize {
        max_sent_metadata_bytes.max(LEAST)
    }

    fn room(&self) -> usize {
        self.max - KEPT_FREE
    }

    /// The metadata of a success as headers. What is reserved is left out.
    ///
    /// # Errors
    ///
    /// INTERNAL where it is too large.
    pub(super) fn metadata(&self, metadata: MetadataMap, part: Part) -> Result<HeaderMap, Status> {
        if metadata.is_empty() {
            return Ok(HeaderMap::new());
        }
        let headers = self.unreserved(metadata, part);
        let size = wire::header_list_size(&headers);
        if size <= self.room() {
            return Ok(headers);
        }
        Err(self.too_large(size, part))
    }

    /// The status of a success that cannot be sent.
    pub(super) fn too_large(&self, size: usize, part: Part) -> Status {
        let status = Status::internal(format!(
            "the response has {size} bytes of {part}, and max_sent_metadata_bytes = {} leaves {} for them: \
             send less, or raise max_sent_metadata_bytes for the server if its clients take more",
            self.max,
            self.room()
        ));
        tracing::error!(rpc.method = %self, "{}", status.message());
        limited(Limit::MaxSentMetadataBytes, status)
    }

    /// The status of a failed call as it is sent. OK becomes INTERNAL: it would make a response that was broken off look
    /// whole.
    pub(crate) fn status(&self, mut status: Status) -> Status {
        if status.code() == Code::Ok {
            tracing::error!(rpc.method = %self, %status, "the handler failed with the status OK");
            status = Status::internal(
                "the handler failed with the status OK; the server's log says more",
            );
        }
        if !status.metadata().is_empty() {
            let metadata = std::mem::take(status.metadata_mut());
            let headers = self.unreserved(metadata, Part::OfStatus);
            *status.metadata_mut() = MetadataMap::from_headers(headers);
        }
        let room = self.room();
        let (status, losses) = fitted(status, room);
        if let Some(losses) = losses {
            tracing::warn!(
                rpc.method = %self,
                "a status has {} bytes of headers or more, and max_sent_metadata_bytes = {} leaves {room} for it: {losses}; \
                 send less, or raise the limit if the clients take more",
                losses.size,
                self.max,
            );
        }
        status
    }

    fn unreserved(&self, metadata: MetadataMap, part: Part) -> HeaderMap {
        let (headers, reserved) = wire::sent(metadata);
        if !reserved.is_empty() {
            tracing::warn!(
                rpc.method = %self,
                "{reserved:?} of the {part} are the protocol's own and are not sent",
            );
        }
        headers
    }
}

impl fmt::Display for HeaderLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service, self.method)
    }
}

/// Which metadata it is, in texts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Initial,
    Trailers,
    OfStatus,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initial => "initial metadata",
            Self::Trailers => "trailers",
            Self::OfStatus => "metadata of the status",
        })
    }
}
