use std::rc::Rc;

use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(_request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    let count = Rc::new(1);
    std::future::ready(()).await;
    drop(count);
    Ok(GrpcResponse::default())
}

struct Records;

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
    async fn import(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        let count = Rc::new(1);
        std::future::ready(()).await;
        drop(count);
        Ok(GrpcResponse::default())
    }
}

fn main() {}
