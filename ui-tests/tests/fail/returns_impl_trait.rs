use spikard::{GrpcClientStreamRequest, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(_request: GrpcClientStreamRequest) -> impl Into<Status> {
    Status::ok("")
}

fn main() {}
