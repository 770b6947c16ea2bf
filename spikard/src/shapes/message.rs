//! What a message may be: raw bytes, or any protobuf message.

use std::any::{Any, TypeId};

use bytes::{BufMut, Bytes};
use prost::DecodeError;

/// The bytes of one message, as they arrived.
pub trait Encoded {
    /// The bytes themselves, without a copy where that is possible.
    fn into_bytes(self) -> Bytes;

    /// Decodes them into `message`.
    fn merge_into<M: prost::Message>(self, message: &mut M) -> Result<(), DecodeError>;
}

/// A message of a request or a response: [`Bytes`], which stays raw, or any [`prost::Message`].
///
/// `Bytes` is the raw message, not prost's own reading of it (prost implements its `Message` for `Bytes` as the wrapper
/// type `google.protobuf.BytesValue`). A blanket implementation covers every message: there is nothing to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a gRPC message",
    label = "neither `bytes::Bytes` nor a protobuf message",
    note = "use `bytes::Bytes` for raw protobuf, or a type that implements `prost::Message` and `Default`"
)]
pub trait Message: Send + Sized + 'static {
    #[doc(hidden)]
    fn decode_onto<E: Encoded>(messages: &mut Vec<Self>, encoded: E) -> Result<(), DecodeError>;

    #[doc(hidden)]
    fn payload_len(&self) -> usize;

    #[doc(hidden)]
    fn encode_payload<B: BufMut>(&self, buffer: &mut B);

    /// Whether the message is not decoded.
    #[doc(hidden)]
    fn is_raw() -> bool;

    /// The message itself where it is raw, so that large ones are sent without a copy.
    #[doc(hidden)]
    fn raw(&self) -> Option<&Bytes>;
}

#[diagnostic::do_not_recommend]
impl<M: prost::Message + Default + 'static> Message for M {
    #[inline]
    fn decode_onto<E: Encoded>(messages: &mut Vec<M>, encoded: E) -> Result<(), DecodeError> {
        // Resolved at compile time: for `Bytes` the move remains, for every other message the decoding.
        match (messages as &mut dyn Any).downcast_mut::<Vec<Bytes>>() {
            Some(raw) => raw.push(encoded.into_bytes()),
            None => return decode_at_end(messages, encoded),
        }
        Ok(())
    }

    fn payload_len(&self) -> usize {
        self.raw().map_or_else(|| self.encoded_len(), Bytes::len)
    }

    fn encode_payload<B: BufMut>(&self, buffer: &mut B) {
        match self.raw() {
            Some(bytes) => buffer.put_slice(bytes),
            None => self.encode_raw(buffer),
        }
    }

    #[inline]
    fn is_raw() -> bool {
        TypeId::of::<M>() == TypeId::of::<Bytes>()
    }

    fn raw(&self) -> Option<&Bytes> {
        (self as &dyn Any).downcast_ref::<Bytes>()
    }
}

/// Decodes in place: a message that is decoded and returned is moved twice.
#[inline]
fn decode_at_end<M: prost::Message + Default>(
    messages: &mut Vec<M>,
    encoded: impl Encoded,
) -> Result<(), DecodeError> {
    let end = messages.len();
    messages.push(M::default());
    let decoded = encoded.merge_into(&mut messages[end]);
    if decoded.is_err() {
        messages.truncate(end);
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Encoded for &[u8] {
        fn into_bytes(self) -> Bytes {
            Bytes::copy_from_slice(self)
        }

        fn merge_into<M: prost::Message>(self, message: &mut M) -> Result<(), DecodeError> {
            message.merge(self)
        }
    }

    fn round_trip<M: Message + Clone + PartialEq + std::fmt::Debug>(message: M, wire: &[u8]) {
        let mut buffer = Vec::new();
        message.encode_payload(&mut buffer);
        assert_eq!(buffer, wire);
        assert_eq!(message.payload_len(), wire.len());
        let mut decoded = Vec::new();
        M::decode_onto(&mut decoded, wire).unwrap();
        assert_eq!(decoded, [message]);
    }

    #[test]
    fn bytes_stay_raw() {
        round_trip(Bytes::from_static(b"\xff\xfe"), b"\xff\xfe");
    }

    #[test]
    fn a_vec_of_bytes_is_the_wrapper_message() {
        round_trip(b"ab".to_vec(), b"\x0a\x02ab");
    }

    #[test]
    fn a_string_is_the_wrapper_message() {
        round_trip(String::from("hi"), b"\x0a\x02hi");
    }

    #[test]
    fn what_cannot_be_decoded_leaves_nothing_behind() {
        let mut decoded = vec![String::from("whole")];
        String::decode_onto(&mut decoded, &b"\x0a\x05hi"[..]).unwrap_err();
        assert_eq!(decoded, ["whole"]);
    }

    #[test]
    fn the_unit_type_is_the_empty_message() {
        round_trip((), b"");
    }
}
