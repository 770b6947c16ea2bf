//! A function without a body, whose handler is a Python callable.

use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcService, Handler, Kind, Status, grpc_stream,
};

#[grpc_stream(
    service = "transformservice.TransformService",
    python = "transform_handler:handle_transform_stream"
)]
async fn transform_stream(request: GrpcBidiStreamRequest)
-> Result<GrpcBidiStreamResponse, Status>;

#[test]
fn runs() {
    let [method] = TransformStream::METHODS else {
        panic!("one method: {:?}", TransformStream::METHODS);
    };
    assert_eq!(method.name, "TransformStream");
    assert_eq!(method.kind, Kind::Bidirectional);
    let path = "transform_handler:handle_transform_stream";
    assert_eq!(method.handler, Handler::Python(path.into()));

    // It is a function like any other, whose future may be sent to another thread.
    fn is_send(future: impl Future<Output = Result<GrpcBidiStreamResponse, Status>> + Send) {
        drop(future);
    }
    is_send(transform_stream(GrpcBidiStreamRequest::default()));
}
