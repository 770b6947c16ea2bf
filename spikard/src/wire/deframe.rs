//! From chunks of bytes to messages with the 5-byte prefix of gRPC.

use std::mem;

use bytes::Bytes;

use crate::Status;

use super::keeper::Keeper;
use super::malformed;
use super::payload::Payload;
use super::prefix::PREFIX;
use super::sink::Sink;

/// The least that the buffer of a message has which straddles chunks, unless the message is smaller.
const SMALLEST_BUFFER: usize = 512;

/// Cuts chunks into messages. Messages that lie within one chunk are handed on as parts of it;
/// only those that straddle chunks are joined.
#[derive(Debug, Default)]
pub(crate) struct Deframer {
    state: State,
    complete: usize,
    keeper: Keeper,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Between,
    Prefix {
        bytes: [u8; PREFIX],
        have: usize,
    },
    Message {
        compressed: bool,
        len: usize,
        buffer: Vec<u8>,
    },
}

impl Deframer {
    pub(crate) fn new(keeper: Keeper) -> Self {
        Self {
            keeper,
            ..Self::default()
        }
    }

    /// The number of complete messages so far.
    pub(crate) fn complete(&self) -> usize {
        self.complete
    }

    /// The bytes that an incomplete message takes.
    pub(crate) fn partial(&self) -> usize {
        match &self.state {
            State::Message { buffer, .. } => buffer.capacity(),
            State::Between | State::Prefix { .. } => 0,
        }
    }

    /// Takes the next chunk of the body, or as much of it as `sink` has room for, and returns how much.
    pub(crate) fn push(&mut self, chunk: &Bytes, sink: &mut impl Sink) -> Result<usize, Status> {
        let mut at = self.resume(chunk, sink)?;
        while at < chunk.len() && !sink.is_full() {
            at = match chunk[at..].first_chunk() {
                Some(prefix) => self.message(*prefix, chunk, at + PREFIX, sink)?,
                None => self.keep_prefix(&chunk[at..], chunk.len()),
            };
        }
        Ok(at)
    }

    /// Refuses a stream that ended inside a message.
    pub(crate) fn finish(&self) -> Result<(), Status> {
        match &self.state {
            State::Between => Ok(()),
            State::Prefix { have, .. } => Err(malformed::truncated(self.complete, *have, PREFIX)),
            State::Message { len, buffer, .. } => Err(malformed::truncated(
                self.complete,
                PREFIX + buffer.len(),
                PREFIX + len,
            )),
        }
    }

    /// Continues a message that the last chunk began, and returns where in `chunk` the next one begins.
    fn resume(&mut self, chunk: &Bytes, sink: &mut impl Sink) -> Result<usize, Status> {
        match mem::take(&mut self.state) {
            State::Between => Ok(0),
            State::Prefix { mut bytes, have } => {
                let taken = chunk.len().min(PREFIX - have);
                bytes[have..have + taken].copy_from_slice(&chunk[..taken]);
                let have = have + taken;
                if have < PREFIX {
                    self.state = State::Prefix { bytes, have };
                    return Ok(taken);
                }
                self.message(bytes, chunk, taken, sink)
            }
            State::Message {
                compressed,
                len,
                mut buffer,
            } => {
                let taken = chunk.len().min(len - buffer.len());
                extend(&mut buffer, &chunk[..taken], len);
                if buffer.len() < len {
                    self.state = State::Message {
                        compressed,
                        len,
                        buffer,
                    };
                } else {
                    self.joined(compressed, buffer, sink)?;
                }
                Ok(taken)
            }
        }
    }

    /// A message with a complete prefix, whose bytes begin at `start`.
    fn message(
        &mut self,
        prefix: [u8; PREFIX],
        chunk: &Bytes,
        start: usize,
        sink: &mut impl Sink,
    ) -> Result<usize, Status> {
        let [flag, length @ ..] = prefix;
        if flag > 1 {
            return Err(malformed::flag(self.complete, flag));
        }
        let compressed = flag == 1;
        // Lossless: tokio runs on no target whose `usize` has fewer than 32 bits.
        let len = u32::from_be_bytes(length) as usize;
        sink.admit(compressed, len)?;
        if chunk.len() - start >= len {
            let end = start + len;
            let payload = Payload::part(chunk, start..end, &mut self.keeper);
            sink.accept(compressed, payload)?;
            self.complete += 1;
            return Ok(end);
        }
        let mut buffer = Vec::new();
        extend(&mut buffer, &chunk[start..], len);
        self.state = State::Message {
            compressed,
            len,
            buffer,
        };
        Ok(chunk.len())
    }

    /// A message that straddled chunks. Not inlined: the others are the fast path.
    #[inline(never)]
    fn joined(
        &mut self,
        compressed: bool,
        buffer: Vec<u8>,
        sink: &mut impl Sink,
    ) -> Result<(), Status> {
        sink.accept(compressed, Payload::joined(buffer))?;
        self.complete += 1;
        Ok(())
    }

    fn keep_prefix(&mut self, part: &[u8], end: usize) -> usize {
        let mut bytes = [0; PREFIX];
        bytes[..part.len()].copy_from_slice(part);
        self.state = State::Prefix {
            bytes,
            have: part.len(),
        };
        end
    }
}

/// Appends to a message of `len` bytes. Its buffer grows with what has arrived, since a declared length is only a claim:
/// an eighth of the message gets the whole.
fn extend(buffer: &mut Vec<u8>, bytes: &[u8], len: usize) {
    let need = buffer.len() + bytes.len();
    if need > buffer.capacity() {
        let grown = (2 * need).max(SMALLEST_BUFFER).min(len);
        let whole = need.saturating_mul(8) >= len;
        let capacity = if whole { len } else { grown };
        buffer.reserve_exact(capacity - buffer.len());
    }
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[derive(Default)]
    struct Kept(Vec<Vec<u8>>);

    impl Sink for Kept {
        fn admit(&mut self, _: bool, _: usize) -> Result<(), Status> {
            Ok(())
        }

        fn accept(&mut self, _: bool, payload: Payload<'_>) -> Result<(), Status> {
            self.0.push(payload.as_slice().to_vec());
            Ok(())
        }

        fn is_full(&self) -> bool {
            false
        }
    }

    fn framed(messages: &[Vec<u8>]) -> Bytes {
        let mut wire = Vec::new();
        for message in messages {
            wire.push(0);
            wire.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
            wire.extend(message);
        }
        Bytes::from(wire)
    }

    #[test]
    fn any_chunk_size_gives_the_same_messages() {
        let messages: Vec<Vec<u8>> = [0, 1, 4, 5, 6, 0, 300, 70_000, 2, 0]
            .iter()
            .map(|len| (0..*len).map(|byte: u32| byte as u8).collect())
            .collect();
        let wire = framed(&messages);
        for size in [1, 2, 3, 4, 5, 6, 7, 11, 299, 16_384, wire.len()] {
            let mut kept = Kept::default();
            let mut deframer = Deframer::default();
            let mut rest = wire.clone();
            while !rest.is_empty() {
                let chunk = rest.split_to(size.min(rest.len()));
                deframer.push(&chunk, &mut kept).unwrap();
            }
            deframer.finish().unwrap();
            assert_eq!(kept.0, messages, "in chunks of {size}");
            assert_eq!(deframer.complete(), messages.len());
        }
    }

    #[test]
    fn a_stream_cut_anywhere_but_between_messages_is_refused() {
        let wire = framed(&[vec![1, 2, 3], vec![4]]);
        for cut in 0..=wire.len() {
            let mut deframer = Deframer::default();
            deframer
                .push(&wire.slice(..cut), &mut Kept::default())
                .unwrap();
            let ended = deframer.finish();
            if [0, 8, wire.len()].contains(&cut) {
                ended.unwrap();
            } else {
                assert_eq!(ended.unwrap_err().code(), Code::Internal, "cut at {cut}");
            }
        }
    }

    #[test]
    fn an_unknown_flag_is_refused_with_the_index() {
        let mut wire = framed(&[vec![1], vec![2]]).to_vec();
        wire[6] = 7;
        let refused = Deframer::default().push(&Bytes::from(wire), &mut Kept::default());
        let status = refused.unwrap_err();
        assert_eq!(status.code(), Code::Internal);
        assert!(status.message().starts_with("message 1 "), "{status}");
    }

    #[test]
    fn what_is_allocated_for_a_message_counts_and_grows_with_what_has_come() {
        const LEN: usize = 70_000;
        let wire = framed(&[vec![7; LEN]]);
        let mut deframer = Deframer::default();
        let mut at = 0;
        for have in [1, 300, 5000, 40_000, LEN - 1] {
            let end = PREFIX + have;
            let chunk = wire.slice(at..end);
            deframer.push(&chunk, &mut Kept::default()).unwrap();
            at = end;
            let most = (8 * have).clamp(SMALLEST_BUFFER, LEN);
            let partial = deframer.partial();
            assert!((have..=most).contains(&partial), "{partial} for {have}");
        }
    }

    #[test]
    fn a_declared_length_alone_takes_no_memory() {
        let mut deframer = Deframer::default();
        let prefix = Bytes::from_static(&[0, 0x7f, 0xff, 0xff, 0xff, 9]);
        deframer.push(&prefix, &mut Kept::default()).unwrap();
        assert_eq!(deframer.partial(), SMALLEST_BUFFER);
    }
}
