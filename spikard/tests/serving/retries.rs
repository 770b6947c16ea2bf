//! Which refusals a client may answer by sending the call again by itself (gRFC A6).

use std::time::Duration;

use spikard::{
    Bytes, Code, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest,
    GrpcResponse, Limits, Server, ServerBuilder, Status, grpc_stream,
};
use tonic_types::StatusExt as _;

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

/// The status of a call with so many messages, and whether it forbids retries.
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

/// The time after which a refused call of two messages of 600 bytes may be tried again.
async fn retry_delay(change: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Option<Duration> {
    let running = Running::start(change(Server::builder().add(FailUpload))).await;
    let body = framed(false, &[0; 600]).repeat(2);
    let path = "/test.Retries/FailUpload";
    let status = raw_call(running.addr, path, &[], Bytes::from(body)).await;
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    let info = status.get_details_retry_info();
    info.map(|info| info.retry_delay.unwrap())
}

#[tokio::test]
async fn a_refusal_that_may_pass_says_when_to_try_again() {
    let second = Some(Duration::from_secs(1));
    let full = retry_delay(|builder| builder.max_buffered_bytes(1000));
    assert_eq!(full.await, second);
    let full = retry_delay(|builder| builder.max_buffered_bytes_per_connection(1000));
    assert_eq!(full.await, second);
}

#[tokio::test]
async fn a_refusal_that_does_not_pass_says_nothing_of_it() {
    let limits = Limits::default();
    for limits in [
        Limits {
            max_messages: 1,
            ..limits
        },
        Limits {
            max_message_bytes: 500,
            ..limits
        },
        Limits {
            max_stream_bytes: 1000,
            ..limits
        },
    ] {
        assert_eq!(retry_delay(|builder| builder.limits(limits)).await, None);
    }
}

#[grpc_stream(service = "test.Retries", refuse_retried_uploads = true)]
async fn once(_: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Err(Status::not_found("ran"))
}

#[grpc_stream(service = "test.Retries", refuse_retried_uploads = false)]
async fn again(_: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Err(Status::not_found("ran"))
}

#[tokio::test]
async fn an_upload_that_is_sent_again_can_be_refused() {
    for (of_server, path, refused) in [
        (false, "Once", true),
        (false, "FailUpload", false),
        (true, "FailUpload", true),
        (true, "FailUnread", true),
        (true, "Again", false),
        // Not an upload.
        (true, "Fail", false),
    ] {
        let builder = Server::builder().add(Fail).add(FailUpload).add(FailUnread);
        let builder = builder.add(Once).add(Again);
        let running = Running::start(builder.refuse_retried_uploads(of_server)).await;
        let path = format!("/test.Retries/{path}");
        for (headers, refused) in [
            (&[][..], false),
            (&[("grpc-previous-rpc-attempts", "1")], refused),
        ] {
            let body = framed(false, b"a");
            let status = raw_call(running.addr, &path, headers, body).await;
            assert_eq!(status.code() == Code::Aborted, refused, "{path}: {status}");
            if refused {
                let pushback = status.metadata().get("grpc-retry-pushback-ms");
                assert_eq!(pushback.unwrap(), "-1", "{path}");
                assert!(status.message().contains("refuse_retried_uploads"));
            }
        }
    }
}
