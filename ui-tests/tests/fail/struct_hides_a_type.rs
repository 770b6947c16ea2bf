use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

use messages::*;

mod messages {
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Item {}
}

#[grpc_stream(service = "messageservice.MessageService")]
async fn item(_request: GrpcClientStreamRequest<Item>) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
