//! Which refusals a client may answer by sending the call again by itself (gRFC A6).

use spikard::{
    Bytes, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest,
    GrpcResponse, Limits, Server, Status, grpc_stream,
};

use crate::support::{Running, framed, raw_call};

#[grpc_stream(service = "test.Retries")]
async fn fail(_: GrpcRequest) -> Result<GrpcResponse, Status> {
    Err(Status::unavailable("try again"))
}

#[grpc_stream(service = "test.Retries")]
async fn fail_upload(_: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Err(Status::unavailable("try again"))
}

#[grpc_stream(service = "test.Retries")]
async fn fail_unread(_: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status> {
    Err(Status::unavailable("try again"))
}

/// The status of a call with a body of two messages, or of one, and whether it forbids retries.
async fn refused(path: &str, headers: &[(&str, &str)], messages: usize) -> (Status, bool) {
    let limits = Limits {
        max_messages: 2,
        ..Limits::default()
    };
    let builder = Server::builder().add(Fail).add(FailUpload).add(FailUnread);
    let running = Running::start(builder.limits(limits)).await;
    let body: Vec<u8> = framed(false, b"a").repeat(messages);
    let status = raw_call(running.addr, path, headers, Bytes::from(body)).await;
    let pushback = status.metadata().get("grpc-retry-pushback-ms");
    let forbidden = pushback.is_some_and(|pushback| pushback == "-1");
    (status, forbidden)
}

#[tokio::test]
async fn an_upload_that_was_not_received_is_not_sent_again() {
    for (path, headers) in [
        // Over max_messages.
        ("/test.Retries/FailUpload", &[][..]),
        // Nothing of it was read.
        ("/test.Retries/FailUnread", &[]),
        ("/test.Retries/Missing", &[]),
        ("/test.Retries/FailUpload", &[("grpc-encoding", "snappy")]),
        ("/test.Retries/FailUpload", &[("grpc-timeout", "soon")]),
    ] {
        let (status, forbidden) = refused(path, headers, 3).await;
        assert!(forbidden, "{path}, {headers:?}: {status}");
    }
}

#[tokio::test]
async fn what_was_received_may_be_sent_again() {
    for (path, messages) in [("/test.Retries/Fail", 1), ("/test.Retries/FailUpload", 2)] {
        let (status, forbidden) = refused(path, &[], messages).await;
        assert_eq!(status.message(), "try again", "{path}");
        assert!(!forbidden, "{path}");
    }
}
