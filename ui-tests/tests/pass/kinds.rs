//! Every row of the table of kinds, in Rust and in Python.

use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcDuplexRequest,
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse, GrpcService, Kind,
    Status, grpc_stream,
};

struct Lab;

#[grpc_stream(service = "lab.Lab")]
impl Lab {
    async fn unary(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    async fn listed(&self, _request: GrpcRequest) -> Result<GrpcServerStreamResponse, Status> {
        Ok(GrpcServerStreamResponse::default())
    }

    async fn streamed(&self, _request: GrpcRequest) -> Result<GrpcDuplexResponse, Status> {
        Err(Status::unavailable("nothing to send"))
    }

    async fn collected(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    async fn uploaded(&self, _request: GrpcDuplexRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    async fn buffered(
        &self,
        _request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status> {
        Ok(GrpcBidiStreamResponse::default())
    }

    async fn duplex(&self, _request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status> {
        Err(Status::unavailable("nothing to send"))
    }

    #[grpc(python = "lab:collected")]
    async fn python_collected(
        &self,
        request: GrpcClientStreamRequest,
    ) -> Result<GrpcResponse, Status>;

    #[grpc(python = "lab:uploaded")]
    async fn python_uploaded(&self, request: GrpcDuplexRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "lab:buffered")]
    async fn python_buffered(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;

    #[grpc(python = "lab:again")]
    async fn python_again(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;
}

#[test]
fn runs() {
    let kinds: Vec<(&str, Kind)> = Lab::METHODS
        .iter()
        .map(|info| (info.name.as_ref(), info.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("Unary", Kind::Unary),
            ("Listed", Kind::ServerStreaming),
            ("Streamed", Kind::ServerStreaming),
            ("Collected", Kind::ClientStreaming),
            ("Uploaded", Kind::UnbufferedClientStreaming),
            ("Buffered", Kind::Bidirectional),
            ("Duplex", Kind::Duplex),
            ("PythonCollected", Kind::ClientStreaming),
            ("PythonUploaded", Kind::UnbufferedClientStreaming),
            ("PythonBuffered", Kind::Bidirectional),
            ("PythonAgain", Kind::Bidirectional),
        ]
    );
}
