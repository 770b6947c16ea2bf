//! The messages of spikard's handlers, as tonic encodes and decodes them.

use std::marker::PhantomData;

use bytes::{Buf, Bytes};
use prost::DecodeError;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

use crate::shapes::Encoded;
use crate::{Message, Status};

/// Messages of the type `M` out, of the type `R` back.
pub(super) struct MessageCodec<M, R>(PhantomData<fn(M) -> R>);

impl<M, R> MessageCodec<M, R> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<M: Message, R: Message> Codec for MessageCodec<M, R> {
    type Encode = M;
    type Decode = R;
    type Encoder = Encodes<M>;
    type Decoder = Decodes<R>;

    fn encoder(&mut self) -> Encodes<M> {
        Encodes(PhantomData)
    }

    fn decoder(&mut self) -> Decodes<R> {
        Decodes(PhantomData)
    }
}

pub(super) struct Encodes<M>(PhantomData<fn(M)>);

impl<M: Message> Encoder for Encodes<M> {
    type Item = M;
    type Error = Status;

    fn encode(&mut self, message: M, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.encode_payload(buffer);
        Ok(())
    }
}

pub(super) struct Decodes<R>(PhantomData<fn() -> R>);

impl<R: Message> Decoder for Decodes<R> {
    type Item = R;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<R>, Status> {
        let whole = Whole(buffer.copy_to_bytes(buffer.remaining()));
        let mut messages = Vec::new();
        R::decode_onto(&mut messages, whole).map_err(|error| {
            let wanted = std::any::type_name::<R>();
            Status::internal(format!(
                "the test expects a {wanted}, and the response is none: {error}"
            ))
        })?;
        Ok(messages.pop())
    }
}

/// The bytes of one message.
struct Whole(Bytes);

impl Encoded for Whole {
    fn into_bytes(self) -> Bytes {
        self.0
    }

    fn merge_into<M: prost::Message>(self, message: &mut M) -> Result<(), DecodeError> {
        message.merge(self.0)
    }
}
