//! The service with handlers in Rust.

use async_stream::try_stream;
use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcDuplexRequest, GrpcDuplexResponse,
    GrpcRequest, GrpcResponse, Messages, Status, grpc_stream,
};

use super::proto::{
    Empty, SimpleRequest, SimpleResponse, StreamingInputCallRequest, StreamingInputCallResponse,
    StreamingOutputCallRequest, StreamingOutputCallResponse, test_service,
};

use super::{compressed, echo, payload};

/// The service. `CacheableUnaryCall` and `UnimplementedCall` have no handler, and get UNIMPLEMENTED.
#[derive(Clone, Copy, Debug)]
pub struct TestService;

#[grpc_stream(service = test_service)]
impl TestService {
    async fn empty_call(&self, _: GrpcRequest<Empty>) -> Result<GrpcResponse<Empty>, Status> {
        Ok(GrpcResponse::default())
    }

    async fn unary_call(
        &self,
        request: GrpcRequest<SimpleRequest>,
    ) -> Result<GrpcResponse<SimpleResponse>, Status> {
        let asked = request.payload;
        compressed::expect(&request.call, 0, asked.expect_compressed)?;
        echo::status(asked.response_status)?;
        if let Some(load) = asked.orca_per_query_report {
            request.call.record_load(load.into());
        }
        let payload = payload::of_size(asked.response_type, asked.response_size)?;
        Ok(GrpcResponse {
            payload: SimpleResponse {
                payload: Some(payload),
                ..Default::default()
            },
            metadata: echo::initial(&request.metadata),
            trailers: echo::trailing(&request.metadata),
            compression: compressed::one(asked.response_compressed),
        })
    }

    async fn streaming_output_call(
        &self,
        request: GrpcRequest<StreamingOutputCallRequest>,
    ) -> Result<GrpcDuplexResponse<StreamingOutputCallResponse>, Status> {
        let mut asked = request.payload;
        echo::status(asked.response_status.take())?;
        let (compression, uncompressed) = compressed::each(&asked.response_parameters);
        let answers = try_stream! {
            for parameters in &asked.response_parameters {
                yield payload::answer(asked.response_type, parameters).await?;
            }
        };
        Ok(GrpcDuplexResponse {
            messages: Messages::new(answers),
            metadata: echo::initial(&request.metadata),
            trailers: echo::trailing(&request.metadata),
            compression,
            uncompressed,
        })
    }

    async fn streaming_input_call(
        &self,
        mut request: GrpcDuplexRequest<StreamingInputCallRequest>,
    ) -> Result<GrpcResponse<StreamingInputCallResponse>, Status> {
        // Not buffered: grpc-java's client awaits a refusal before it half-closes.
        let (mut index, mut size) = (0, 0);
        while let Some(message) = request.messages.message().await? {
            compressed::expect(&request.call, index, message.expect_compressed)?;
            size += message.payload.map_or(0, |payload| payload.body.len());
            index += 1;
        }
        let aggregated_payload_size = i32::try_from(size).map_err(|_| {
            Status::out_of_range(format!("{size} bytes are more than the answer can hold"))
        })?;
        Ok(GrpcResponse::from(StreamingInputCallResponse {
            aggregated_payload_size,
        }))
    }

    async fn full_duplex_call(
        &self,
        request: GrpcDuplexRequest<StreamingOutputCallRequest>,
    ) -> Result<GrpcDuplexResponse<StreamingOutputCallResponse>, Status> {
        let mut requests = request.messages;
        let call = request.call;
        let answers = try_stream! {
            while let Some(asked) = requests.message().await? {
                echo::status(asked.response_status)?;
                if let Some(load) = asked.orca_oob_report {
                    call.record_server_load(load.into());
                }
                for parameters in &asked.response_parameters {
                    yield payload::answer(asked.response_type, parameters).await?;
                }
            }
        };
        Ok(GrpcDuplexResponse {
            metadata: echo::initial(&request.metadata),
            trailers: echo::trailing(&request.metadata),
            ..GrpcDuplexResponse::from(Messages::new(answers))
        })
    }

    async fn half_duplex_call(
        &self,
        request: GrpcBidiStreamRequest<StreamingOutputCallRequest>,
    ) -> Result<GrpcBidiStreamResponse<StreamingOutputCallResponse>, Status> {
        let mut answers = Vec::new();
        for asked in request.messages {
            echo::status(asked.response_status)?;
            for parameters in &asked.response_parameters {
                answers.push(payload::answer(asked.response_type, parameters).await?);
            }
        }
        Ok(GrpcBidiStreamResponse {
            metadata: echo::initial(&request.metadata),
            trailers: echo::trailing(&request.metadata),
            ..GrpcBidiStreamResponse::from(answers)
        })
    }
}
