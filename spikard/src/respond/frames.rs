//! Messages with the 5-byte prefix of gRPC, in chunks.

use std::vec;

use bytes::{BufMut, Bytes};

use crate::{Message, Status};

/// A chunk is closed when it has this many bytes: large enough that its fixed costs vanish, small
/// enough that a slow reader holds little.
const CHUNK: usize = 64 * 1024;

/// A raw message of this size or more is sent as it is, without a copy into a chunk.
const UNCOPIED: usize = 16 * 1024;

/// Frames a list of messages, a chunk at a time.
pub(super) struct Frames<M> {
    messages: vec::IntoIter<M>,
    index: usize,
    /// A large raw message whose prefix ended the chunk before.
    large: Option<Bytes>,
}

impl<M: Message> Frames<M> {
    pub(super) fn new(messages: Vec<M>) -> Self {
        Self {
            messages: messages.into_iter(),
            index: 0,
            large: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.as_slice().is_empty() && self.large.is_none()
    }

    /// A guess that is exact for messages of one size, so that a response takes one allocation.
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
        while chunk.len() < CHUNK {
            let Some(message) = self.messages.next() else {
                break;
            };
            if let Some(raw) = message.raw().filter(|raw| raw.len() >= UNCOPIED) {
                put_prefix(&mut chunk, raw.len(), self.index)?;
                self.large = Some(raw.clone());
                self.index += 1;
                break;
            }
            append(&mut chunk, &message, self.index)?;
            self.index += 1;
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
        if self.messages.as_slice().is_empty() {
            return None;
        }
        Some(self.chunk())
    }
}

/// The compression flag and the length of a message.
pub(crate) const PREFIX: usize = 5;

fn append<M: Message>(chunk: &mut Vec<u8>, message: &M, index: usize) -> Result<(), Status> {
    let start = chunk.len();
    // The length is known when the message is written: asking before would encode it twice.
    chunk.put_bytes(0, PREFIX);
    message.encode_payload(chunk);
    let length = length(chunk.len() - start - PREFIX, index)?;
    chunk[start + 1..start + PREFIX].copy_from_slice(&length);
    Ok(())
}

fn put_prefix(chunk: &mut Vec<u8>, len: usize, index: usize) -> Result<(), Status> {
    chunk.put_u8(0);
    chunk.put_slice(&length(len, index)?);
    Ok(())
}

fn length(len: usize, index: usize) -> Result<[u8; 4], Status> {
    let length = u32::try_from(len).map_err(|_| {
        Status::resource_exhausted(format!(
            "message {index} of the response has {len} bytes; the length of a gRPC message is 32 bits wide"
        ))
    })?;
    Ok(length.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(messages: Vec<Bytes>) -> (usize, Vec<u8>) {
        let chunks: Vec<Bytes> = Frames::new(messages).map(Result::unwrap).collect();
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
        let chunks: Vec<Bytes> = Frames::new(messages.clone()).map(Result::unwrap).collect();
        assert_eq!(chunks[1].as_ptr(), large.as_ptr());
        assert_eq!(chunks.concat(), expected(&messages));
    }

    #[test]
    fn a_long_list_comes_in_bounded_chunks() {
        let messages = vec![Bytes::from(vec![1; 1000]); 1000];
        let frames = Frames::new(messages.clone());
        let chunks: Vec<Bytes> = frames.map(Result::unwrap).collect();
        assert!(chunks.iter().all(|chunk| chunk.len() < CHUNK + 1005));
        assert_eq!(chunks.concat(), expected(&messages));
    }
}
