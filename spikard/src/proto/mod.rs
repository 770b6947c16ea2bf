//! What a `.proto` says of services, as the code that `spikard-build` generates states it.
//!
//! `spikard-build` makes a module of each service, with a type for each of its methods. Given the path
//! of that module, [`grpc_stream`](macro@crate::grpc_stream) takes the names from it, and a handler
//! that the `.proto` does not allow is a compile error.
//!
//! ```
//! # mod pb { pub mod message_service {
//! #     pub struct __Service; pub struct BatchCreate; } }
//! # impl spikard::proto::Service for pb::message_service::__Service {
//! #     const NAME: &'static str = "messageservice.MessageService";
//! #     const METHODS: &'static [&'static str] = &["BatchCreate"]; }
//! # impl spikard::__private::MethodAt<0> for pb::message_service::__Service {
//! #     type Method = pb::message_service::BatchCreate; }
//! # impl spikard::proto::Method for pb::message_service::BatchCreate {
//! #     type Service = pb::message_service::__Service;
//! #     type Request = String; type Response = u64;
//! #     const NAME: &'static str = "BatchCreate";
//! #     const REQUEST: &'static str = "messageservice.Item";
//! #     const RESPONSE: &'static str = "messageservice.BatchCreateResponse";
//! #     const CLIENT_STREAMS: bool = true; const SERVER_STREAMS: bool = false; }
//! use pb::message_service::BatchCreate;
//! use spikard::proto::{Method, Service};
//!
//! assert_eq!(<BatchCreate as Method>::Service::NAME, "messageservice.MessageService");
//! assert_eq!(BatchCreate::NAME, "BatchCreate");
//! assert!(BatchCreate::CLIENT_STREAMS && !BatchCreate::SERVER_STREAMS);
//! ```

pub(crate) mod checked;

use crate::Message;

/// A service of a `.proto`.
pub trait Service {
    /// The full name, `messageservice.MessageService`.
    const NAME: &'static str;

    /// The names of its methods, as the `.proto` spells them and in its order.
    const METHODS: &'static [&'static str];

    /// Whether it is one; `false` for what stands in for a path that leads elsewhere.
    #[doc(hidden)]
    const IS_DECLARED: bool = true;
}

/// A method of a service of a `.proto`.
pub trait Method {
    /// The service.
    type Service: Service;
    /// The message that the client sends.
    type Request: Message;
    /// The message that the server sends.
    type Response: Message;

    /// The name, as the `.proto` spells it: `BatchCreate`.
    const NAME: &'static str;
    /// The full name of the request message, `messageservice.Item`.
    const REQUEST: &'static str;
    /// The full name of the response message, `messageservice.BatchCreateResponse`.
    const RESPONSE: &'static str;
    /// Whether the client may send any number of messages: `stream` before the request.
    const CLIENT_STREAMS: bool;
    /// Whether the server may send any number of messages: `stream` before the response.
    const SERVER_STREAMS: bool;
}
