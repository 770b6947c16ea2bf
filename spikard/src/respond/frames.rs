//! Messages with the 5-byte prefix of gRPC, in chunks.

use std::vec;

use bytes::Bytes;

use crate::wire::PREFIX;
use crate::{Message, Status};

use super::encoder::{Encoder, UNCOPIED};
use super::encoding::Encoding;

/// A chunk is closed when it has this many bytes: large enough that its fixed costs vanish, small
/// enough that a slow reader holds little.
pub(super) const CHUNK: usize = 64 * 1024;

/// A list of messages of any type, framed a chunk at a time.
pub(crate) trait FramedList: Iterator<Item = Result<Bytes, Status>> + Send {
    /// The messages that have been framed.
    fn messages(&self) -> usize;
}

impl<M: Message> FramedList for Frames<M> {
    fn messages(&self) -> usize {
        self.encoder.messages()
    }
}

/// Frames a list of messages, a chunk at a time.
pub(super) struct Frames<M> {
    messages: vec::IntoIter<M>,
    encoder: Encoder,
    /// A large raw message whose prefix ended the chunk before.
    large: Option<Bytes>,
    /// Why the message that ended the chunk before cannot be sent.
    failed: Option<Status>,
}

impl<M: Message> Frames<M> {
    pub(super) fn new(messages: Vec<M>, encoding: Encoding) -> Self {
        Self {
            messages: messages.into_iter(),
            encoder: Encoder::new(encoding),
            large: None,
            failed: None,
        }
    }

    /// The messages that are not in a chunk yet.
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.as_slice().is_empty() && self.large.is_none() && self.failed.is_none()
    }

    /// Why the message after the last chunk cannot be sent, if that is known.
    pub(super) fn take_failure(&mut self) -> Option<Status> {
        self.failed.take()
    }

    /// What the messages that are left take: raw ones exactly, others as if each were `encoded` bytes.
    pub(super) fn size(&self, encoded: usize) -> usize {
        let messages = self.messages.as_slice().iter();
        let sizes = messages.map(|message| message.raw().map_or(encoded, Bytes::len));
        let large = self.large.as_ref().map_or(0, Bytes::len);
        large + self.messages.len() * size_of::<M>() + sizes.sum::<usize>()
    }

    /// Exact for messages of one size, so that a response takes one allocation.
    fn capacity(&self) -> usize {
        let Some(first) = self.messages.as_slice().first() else {
            return 0;
        };
        if first.raw().is_some_and(|raw| raw.len() >= UNCOPIED) {
            return PREFIX;
        }
        let one = PREFIX + first.payload_len();
        one.saturating_mul(self.messages.len()).min(CHUNK + one)
    }

    fn chunk(&mut self) -> Result<Bytes, Status> {
        let mut chunk = Vec::with_capacity(self.capacity());
        while chunk.len() < CHUNK && self.large.is_none() {
            let Some(message) = self.messages.next() else {
                break;
            };
            match self.encoder.append(&mut chunk, &message) {
                Ok(large) => self.large = large,
                Err(status) if chunk.is_empty() => return Err(status),
                Err(status) => {
                    self.failed = Some(status);
                    break;
                }
            }
        }
        Ok(Bytes::from(chunk))
    }
}

impl<M: Message> Iterator for Frames<M> {
    type Item = Result<Bytes, Status>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(large) = self.large.take() {
            return Some(Ok(large));
        }
        if let Some(status) = self.failed.take() {
            return Some(Err(status));
        }
        if self.messages.as_slice().is_empty() {
            return None;
        }
        Some(self.chunk())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "gzip")]
    use crate::wire::Codec;

    const PLAIN: Encoding = Encoding {
        codec: None,
        uncompressed: Vec::new(),
        max_message_bytes: 1 << 20,
    };

    fn wire(messages: Vec<Bytes>) -> (usize, Vec<u8>) {
        let chunks: Vec<Bytes> = Frames::new(messages, PLAIN).map(Result::unwrap).collect();
        (chunks.len(), chunks.concat())
    }

    fn expected(messages: &[Bytes]) -> Vec<u8> {
        let framed = messages.iter().map(|message| {
            let length = u32::try_from(message.len()).unwrap().to_be_bytes();
            [&[0], &length[..], message].concat()
        });
        framed.collect::<Vec<_>>().concat()
    }

    #[test]
    fn small_messages_share_one_chunk() {
        let messages = vec![Bytes::from_static(b"ab"); 1000];
        assert_eq!(wire(messages.clone()), (1, expected(&messages)));
    }

    #[test]
    fn no_messages_are_no_chunk() {
        assert_eq!(wire(Vec::new()), (0, Vec::new()));
    }

    #[test]
    fn large_raw_messages_are_not_copied() {
        let large = Bytes::from(vec![7; UNCOPIED]);
        let messages = vec![
            Bytes::from_static(b"a"),
            large.clone(),
            Bytes::from_static(b"b"),
        ];
        let chunks: Vec<Bytes> = Frames::new(messages.clone(), PLAIN)
            .map(Result::unwrap)
            .collect();
        assert_eq!(chunks[1].as_ptr(), large.as_ptr());
        assert_eq!(chunks.concat(), expected(&messages));
    }

    #[test]
    fn a_long_list_comes_in_bounded_chunks() {
        let messages = vec![Bytes::from(vec![1; 1000]); 1000];
        let frames = Frames::new(messages.clone(), PLAIN);
        let chunks: Vec<Bytes> = frames.map(Result::unwrap).collect();
        assert!(chunks.iter().all(|chunk| chunk.len() < CHUNK + 1005));
        assert_eq!(chunks.concat(), expected(&messages));
    }

    #[test]
    fn a_message_over_the_limit_is_refused_with_its_index() {
        let encoding = Encoding {
            max_message_bytes: 3,
            ..PLAIN
        };
        let messages = vec![Bytes::from_static(b"abc"), Bytes::from_static(b"abcd")];
        let mut frames = Frames::new(messages.clone(), encoding);
        let before = frames.next().unwrap().unwrap();
        assert_eq!(before, expected(&messages[..1]));
        let status = frames.next().unwrap().unwrap_err();
        assert_eq!(status.code(), crate::Code::ResourceExhausted);
        assert!(status.message().contains("message 1 "), "{status}");
        assert!(
            status.message().contains("max_sent_message_bytes = 3"),
            "{status}"
        );
    }

    #[cfg(feature = "gzip")]
    #[test]
    fn only_messages_that_shrink_are_compressed() {
        let encoding = Encoding {
            codec: Some(Codec::Gzip),
            ..PLAIN
        };
        let long = Bytes::from(vec![7; 20_000]);
        let messages = vec![long.clone(), Bytes::from_static(b"ab")];
        let chunks: Vec<Bytes> = Frames::new(messages, encoding)
            .map(Result::unwrap)
            .collect();
        let wire = chunks.concat();
        let length = u32::from_be_bytes(*wire[1..].first_chunk().unwrap()) as usize;
        let (first, second) = wire.split_at(PREFIX + length);
        assert_eq!(first[0], 1);
        let back = Codec::Gzip.decompress(&first[PREFIX..], 20_000);
        assert_eq!(back.unwrap(), long);
        assert_eq!(second, b"\0\0\0\0\x02ab");
    }
}
