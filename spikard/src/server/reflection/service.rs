//! The one method of the service, in both versions: their messages are the same on the wire.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{
    ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
    ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
};

use crate::call::UntilDrain;
use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::{
    GrpcDuplexRequest, GrpcDuplexResponse, GrpcService, Handler, Messages, MethodInfo,
    MethodOptions, Status, wire,
};

use super::files::Files;

pub(super) const V1: &str = "grpc.reflection.v1.ServerReflection";
pub(super) const V1_ALPHA: &str = "grpc.reflection.v1alpha.ServerReflection";
const METHOD: &str = "ServerReflectionInfo";

/// A request is a name and a host, and is repeated in its answer: 4 KiB.
const OPTIONS: MethodOptions = MethodOptions::new().max_message_bytes(4 << 10);

/// What a server shows.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) files: Files,
    pub(super) services: BTreeSet<&'static str>,
}

/// The service, in one of its versions.
pub(super) struct Reflected<const ALPHA: bool>(pub(super) Arc<Shown>);

type Answer = Result<GrpcDuplexResponse<ServerReflectionResponse>, Status>;

impl<const ALPHA: bool> GrpcService for Reflected<ALPHA> {
    const NAME: &'static str = if ALPHA { V1_ALPHA } else { V1 };

    const METHODS: &'static [MethodInfo] = &[MethodInfo::of::<
        GrpcDuplexRequest<ServerReflectionRequest>,
        Answer,
    >(
        METHOD,
        OPTIONS,
        Handler::Rust(Cow::Borrowed("ServerBuilder::reflection")),
    )];

    const DECLARED: &'static [&'static str] = &[METHOD];

    fn call(self: Arc<Self>, _index: usize, call: ServerCall) -> ResponseFuture {
        let target = Target::new(Self::NAME, METHOD, OPTIONS);
        let shown = self.0.clone();
        call.run(
            target,
            async move |request: GrpcDuplexRequest<_>| -> Answer {
                let answers = Answers {
                    requests: request.messages,
                    shown,
                    sent: HashSet::new(),
                };
                let answers = UntilDrain::new(answers, &request.call);
                Ok(GrpcDuplexResponse::from(Messages::new(answers)))
            },
        )
    }
}

/// An answer to each request of a stream. What cannot be shown is an answer as well, and the stream goes on.
struct Answers {
    requests: Messages<ServerReflectionRequest>,
    shown: Arc<Shown>,
    /// The files that this client has.
    sent: HashSet<String>,
}

impl Stream for Answers {
    type Item = Result<ServerReflectionResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let request = Pin::new(&mut self.requests).poll_next(cx);
        request.map(|request| request.map(|request| Ok(self.answer(request?))))
    }
}

impl Answers {
    fn answer(&mut self, request: ServerReflectionRequest) -> ServerReflectionResponse {
        let answered = self.find(request.message_request.as_ref());
        let answered = answered.unwrap_or_else(|status| {
            MessageResponse::ErrorResponse(ErrorResponse {
                error_code: status.code().into(),
                error_message: status.message().into(),
            })
        });
        ServerReflectionResponse {
            valid_host: request.host.clone(),
            original_request: Some(request),
            message_response: Some(answered),
        }
    }

    fn find(&mut self, asked: Option<&MessageRequest>) -> Result<MessageResponse, Status> {
        let index = &self.shown.files.index;
        let name = match asked {
            Some(MessageRequest::ListServices(_)) => return Ok(self.list()),
            Some(MessageRequest::AllExtensionNumbersOfType(message)) => {
                let numbers = index.extensions_of(message);
                let numbers = numbers.ok_or_else(|| unknown("message", message))?;
                return Ok(MessageResponse::AllExtensionNumbersResponse(
                    ExtensionNumberResponse {
                        base_type_name: message.clone(),
                        extension_number: numbers,
                    },
                ));
            }
            Some(MessageRequest::FileByFilename(name)) => name,
            Some(MessageRequest::FileContainingSymbol(symbol)) => index
                .of_symbol(symbol)
                .ok_or_else(|| unknown("symbol", symbol))?,
            Some(MessageRequest::FileContainingExtension(extension)) => {
                let message = &extension.containing_type;
                let number = extension.extension_number;
                index
                    .of_extension(message, number)
                    .ok_or_else(|| unknown("extension", &format!("{number} of {message}")))?
            }
            None => {
                let text = "the request asks for nothing: set one of the fields of message_request";
                return Err(Status::invalid_argument(text));
            }
        };
        let files = self.shown.files.with_imports(name, &mut self.sent);
        let files = files.ok_or_else(|| unknown("file", name))?;
        Ok(MessageResponse::FileDescriptorResponse(
            FileDescriptorResponse {
                file_descriptor_proto: files,
            },
        ))
    }

    fn list(&self) -> MessageResponse {
        let names = self.shown.services.iter().copied();
        let service = names.map(|name| ServiceResponse { name: name.into() });
        MessageResponse::ListServicesResponse(ListServiceResponse {
            service: service.collect(),
        })
    }
}

fn unknown(what: &str, name: &str) -> Status {
    Status::not_found(format!(
        "the descriptors that this server was given have no {what} {}",
        wire::shown(name.as_bytes())
    ))
}
