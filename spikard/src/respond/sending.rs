//! From the messages of a response to a reply, as the client and the server allow.

use crate::shapes::{MessageSink, ResponseParts};
use crate::wire::Accepted;
use crate::{Compression, Message, Messages, Status};

use super::encoding::Encoding;
use super::outgoing::Outgoing;
use super::reply::Reply;

/// What the client accepts, what the server wants, and how large a message may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sending {
    pub(crate) accepted: Accepted,
    pub(crate) compression: Compression,
    pub(crate) max_message_bytes: usize,
}

impl Sending {
    /// The response's own compression, else the server's, if the client accepts it.
    fn choose(self, wanted: Option<Compression>, mut uncompressed: Vec<usize>) -> Encoding {
        uncompressed.sort_unstable();
        Encoding {
            codec: self.accepted.choose(wanted.unwrap_or(self.compression)),
            uncompressed,
            max_message_bytes: self.max_message_bytes,
        }
    }

    /// Decides how to encode the messages, and makes the reply with what `outgoing` makes of them.
    pub(crate) fn reply(
        self,
        parts: ResponseParts,
        outgoing: impl FnOnce(Encoding) -> Result<Outgoing, Status>,
    ) -> Result<Reply, Status> {
        let encoding = self.choose(parts.compression, parts.uncompressed);
        Ok(Reply {
            codec: encoding.codec,
            // Metadata and trailers go out even if no message can.
            outgoing: outgoing(encoding).unwrap_or_else(Outgoing::failed),
            metadata: parts.metadata,
            trailers: parts.trailers,
        })
    }
}

impl MessageSink for Sending {
    type Reply = Reply;

    fn one<R: Message>(self, message: R, parts: ResponseParts) -> Result<Reply, Status> {
        self.list(vec![message], parts)
    }

    fn list<R: Message>(self, messages: Vec<R>, parts: ResponseParts) -> Result<Reply, Status> {
        self.reply(parts, |encoding| Outgoing::list(messages, encoding))
    }

    fn stream<R: Message>(
        self,
        messages: Messages<R>,
        parts: ResponseParts,
    ) -> Result<Reply, Status> {
        self.reply(parts, |encoding| Ok(Outgoing::stream(messages, encoding)))
    }
}
