//! `connectrpc.conformance.v1.ConformanceService`, as a user would write it.

use std::time::Duration;

use async_stream::try_stream;
use spikard::{
    GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse,
    Messages, Status, grpc_stream,
};
use tokio::time::sleep;

use crate::echo::{info, metadata, packed, status};
use crate::proto::conformance_payload::RequestInfo;
use crate::proto::unary_response_definition::Response;
use crate::proto::{
    BidiStreamRequest, BidiStreamResponse, ClientStreamRequest, ClientStreamResponse,
    ConformancePayload, ServerStreamRequest, ServerStreamResponse, UnaryRequest, UnaryResponse,
    UnaryResponseDefinition, conformance_service,
};

/// The service; `Unimplemented` and the methods of Connect have no handler.
pub(crate) struct Conformance;

#[grpc_stream(service = conformance_service)]
impl Conformance {
    async fn unary(
        &self,
        request: GrpcRequest<UnaryRequest>,
    ) -> Result<GrpcResponse<UnaryResponse>, Status> {
        let seen = vec![packed("UnaryRequest", &request.payload)];
        let seen = info(&request.metadata, &request.call, seen);
        let definition = request.payload.response_definition.unwrap_or_default();
        answer(definition, seen, |payload| UnaryResponse { payload }).await
    }

    async fn client_stream(
        &self,
        request: GrpcClientStreamRequest<ClientStreamRequest>,
    ) -> Result<GrpcResponse<ClientStreamResponse>, Status> {
        let seen = request.messages.iter();
        let seen = seen.map(|message| packed("ClientStreamRequest", message));
        let seen = info(&request.metadata, &request.call, seen.collect());
        let first = request.messages.into_iter().next();
        let definition = first.and_then(|first| first.response_definition);
        let definition = definition.unwrap_or_default();
        answer(definition, seen, |payload| ClientStreamResponse { payload }).await
    }

    async fn server_stream(
        &self,
        request: GrpcRequest<ServerStreamRequest>,
    ) -> Result<GrpcDuplexResponse<ServerStreamResponse>, Status> {
        let seen = vec![packed("ServerStreamRequest", &request.payload)];
        let mut seen = Some(info(&request.metadata, &request.call, seen));
        let definition = request.payload.response_definition.unwrap_or_default();
        let answers = try_stream! {
            for data in definition.response_data {
                pause(definition.response_delay_ms).await;
                yield ServerStreamResponse { payload: payload(data, seen.take()) };
            }
            if let Some(mut error) = definition.error {
                let seen = seen.as_ref().map(|seen| packed("ConformancePayload.RequestInfo", seen));
                error.details.extend(seen);
                Err(status(error))?;
            }
        };
        Ok(GrpcDuplexResponse {
            metadata: metadata(&definition.response_headers)?,
            trailers: metadata(&definition.response_trailers)?,
            ..Messages::new(answers).into()
        })
    }

    async fn bidi_stream(
        &self,
        mut request: GrpcDuplexRequest<BidiStreamRequest>,
    ) -> Result<GrpcDuplexResponse<BidiStreamResponse>, Status> {
        let first = request.messages.message().await?.unwrap_or_default();
        let mut requests = vec![packed("BidiStreamRequest", &first)];
        let definition = first.response_definition.unwrap_or_default();
        let (received, call) = (request.metadata, request.call);
        let mut messages = request.messages;
        let delay = definition.response_delay_ms;
        let answers = try_stream! {
            let mut open = true;
            if !first.full_duplex {
                while let Some(message) = messages.message().await? {
                    requests.push(packed("BidiStreamRequest", &message));
                }
                open = false;
            }
            let mut begun = false;
            for data in definition.response_data {
                let new = std::mem::take(&mut requests);
                let seen = match (begun, open) {
                    (false, _) => Some(info(&received, &call, new)),
                    (true, true) => Some(RequestInfo { requests: new, ..Default::default() }),
                    (true, false) => None,
                };
                pause(delay).await;
                yield BidiStreamResponse { payload: payload(data, seen) };
                begun = true;
                if open {
                    match messages.message().await? {
                        Some(message) => requests.push(packed("BidiStreamRequest", &message)),
                        None => open = false,
                    }
                }
            }
            if let Some(mut error) = definition.error {
                if !begun {
                    let seen = info(&received, &call, std::mem::take(&mut requests));
                    error.details.push(packed("ConformancePayload.RequestInfo", &seen));
                }
                Err(status(error))?;
            }
        };
        Ok(GrpcDuplexResponse {
            metadata: metadata(&definition.response_headers)?,
            trailers: metadata(&definition.response_trailers)?,
            ..Messages::new(answers).into()
        })
    }
}

/// One message, or an error that has the metadata of both ends: it is sent without a response.
async fn answer<R>(
    definition: UnaryResponseDefinition,
    seen: RequestInfo,
    response: impl FnOnce(Option<ConformancePayload>) -> R,
) -> Result<GrpcResponse<R>, Status> {
    pause(definition.response_delay_ms).await;
    let headers = metadata(&definition.response_headers)?;
    let trailers = metadata(&definition.response_trailers)?;
    let data = match definition.response {
        Some(Response::Error(mut error)) => {
            let seen = packed("ConformancePayload.RequestInfo", &seen);
            error.details.push(seen);
            let mut status = status(error);
            let mut all = headers.into_headers();
            for (name, value) in &trailers.into_headers() {
                all.append(name, value.clone());
            }
            *status.metadata_mut() = spikard::MetadataMap::from_headers(all);
            return Err(status);
        }
        Some(Response::ResponseData(data)) => data,
        None => Default::default(),
    };
    Ok(GrpcResponse {
        metadata: headers,
        trailers,
        ..GrpcResponse::from(response(payload(data, Some(seen))))
    })
}

fn payload(data: spikard::Bytes, request_info: Option<RequestInfo>) -> Option<ConformancePayload> {
    Some(ConformancePayload { data, request_info })
}

async fn pause(milliseconds: u32) {
    if milliseconds > 0 {
        sleep(Duration::from_millis(milliseconds.into())).await;
    }
}
