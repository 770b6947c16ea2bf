use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

struct Failure;

impl From<Failure> for Status {
    fn from(_: Failure) -> Self {
        Self::internal("failed")
    }
}

#[grpc_stream(service = "messageservice.MessageService", python = "batch_handler:handle")]
async fn batch_create(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Failure>;

fn main() {}
