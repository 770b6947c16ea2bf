//! Between the messages of a table and those on the wire, by the descriptors of the `.proto` files.

use std::fmt;

use bytes::Bytes;
use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor, ReflectMessage,
    SerializeOptions,
};
use serde_json::{Map, Value};

use super::table::{Call, Sent};

/// A method, with what is known of its messages.
#[derive(Clone, Debug)]
pub struct Method(MethodDescriptor);

impl Method {
    /// Finds a method in an encoded `FileDescriptorSet`.
    ///
    /// # Errors
    ///
    /// Descriptors that cannot be read, or a method that is not in them.
    pub fn find(descriptors: &[u8], service: &str, method: &str) -> Result<Self, MessageError> {
        let pool = DescriptorPool::decode(descriptors).map_err(MessageError::new)?;
        let found = pool.get_service_by_name(service);
        let methods = found.iter().flat_map(|service| service.methods());
        methods
            .into_iter()
            .find(|candidate| candidate.name() == method)
            .map(Self)
            .ok_or_else(|| MessageError(format!("no .proto file has {service}/{method}")))
    }

    /// The path of the method, `/service/method`.
    pub fn path(&self) -> String {
        format!("/{}/{}", self.0.parent_service().full_name(), self.0.name())
    }

    /// The kind of RPC, in the words of the gRPC documentation.
    pub fn kind(&self) -> &'static str {
        match (self.0.is_client_streaming(), self.0.is_server_streaming()) {
            (false, false) => "unary",
            (false, true) => "server streaming",
            (true, false) => "client streaming",
            (true, true) => "bidirectional streaming",
        }
    }

    /// The messages of `call`, as they go on the wire.
    ///
    /// # Errors
    ///
    /// A message that does not fit the `.proto` file.
    pub fn encode(&self, call: &Call) -> Result<Vec<Bytes>, MessageError> {
        let mut messages = Vec::new();
        for sent in &call.messages {
            match sent {
                Sent::Raw { raw } => messages.push(Bytes::copy_from_slice(raw.as_bytes())),
                Sent::Message(fields) => messages.push(encoded(self.input(fields)?)),
                Sent::Repeated { times, message } => {
                    let message = encoded(self.input(message)?);
                    messages.extend(std::iter::repeat_n(message, *times));
                }
            }
        }
        Ok(messages)
    }

    /// A message of the answer.
    ///
    /// # Errors
    ///
    /// Bytes that are not a message of the method's output type.
    pub fn decode(&self, message: Bytes) -> Result<DynamicMessage, MessageError> {
        DynamicMessage::decode(self.0.output(), message).map_err(MessageError::new)
    }

    /// A message of a call, from its fields in a table.
    ///
    /// # Errors
    ///
    /// Fields that do not fit the `.proto` file.
    pub fn input(&self, fields: &Map<String, Value>) -> Result<DynamicMessage, MessageError> {
        parse(self.0.input(), fields)
    }

    /// A message of the answer, as a table would have it.
    ///
    /// # Errors
    ///
    /// Fields that do not fit the `.proto` file.
    pub fn expected(&self, fields: &Map<String, Value>) -> Result<DynamicMessage, MessageError> {
        parse(self.0.output(), fields)
    }
}

fn encoded(message: DynamicMessage) -> Bytes {
    message.encode_to_vec().into()
}

fn parse(
    descriptor: MessageDescriptor,
    fields: &Map<String, Value>,
) -> Result<DynamicMessage, MessageError> {
    DynamicMessage::deserialize(descriptor, Value::Object(fields.clone()))
        .map_err(MessageError::new)
}

/// A message on one line, `{name: "Item 1", value: 100}`, without fields that are not set.
pub fn compact(message: &DynamicMessage) -> String {
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .stringify_64_bit_integers(false);
    match message.serialize_with_options(serde_json::value::Serializer, &options) {
        Ok(Value::Object(fields)) => {
            let names = message.descriptor();
            // In the order of the .proto file, which is the order that its author meant.
            let mut order: Vec<_> = names.fields().collect();
            order.sort_by_key(|field| field.number());
            let fields = order.iter().filter_map(|field| {
                let value = fields.get(field.name())?;
                Some(format!("{}: {value}", field.name()))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Ok(other) => other.to_string(),
        Err(error) => format!("(cannot be shown: {error})"),
    }
}

/// A message or method that does not fit the `.proto` files.
#[derive(Debug)]
pub struct MessageError(String);

impl MessageError {
    pub(super) fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MessageError {}
