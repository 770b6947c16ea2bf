//! Handlers that fail in ways that could break their own response.

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{self, DecodeContext, WireType};
use spikard::{
    Code, GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse, Messages,
    Server, Status, grpc_stream,
};

use crate::support::{Running, codec, path, ready, unary};

#[grpc_stream(service = "test.Failing")]
async fn fail(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    if request.payload == "OK" {
        return Err(Status::new(Code::Ok, "no failure at all"));
    }
    let mut status = Status::not_found("not here");
    let metadata = status.metadata_mut();
    metadata.insert("content-length", "5".parse().unwrap());
    metadata.insert("keep-alive", "timeout=5".parse().unwrap());
    metadata.insert("upgrade", "h2c".parse().unwrap());
    metadata.insert("x-kept", "yes".parse().unwrap());
    Err(status)
}

#[tokio::test]
async fn a_status_cannot_break_the_response_that_carries_it() {
    let running = Running::start(Server::builder().add(Fail)).await;
    let mut client = running.client().await;
    let failed = unary::<String, String>(
        &mut client,
        "/test.Failing/Fail",
        tonic::Request::new(String::new()),
    );
    let status = failed.await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound, "{status}");
    assert_eq!(status.metadata().get("x-kept").unwrap(), "yes");
    let failed = unary::<String, String>(
        &mut client,
        "/test.Failing/Fail",
        tonic::Request::new(String::from("OK")),
    );
    let status = failed.await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(
        status.message(),
        "the handler failed with the status OK; the server's log says more"
    );
}

/// More than is sent in one piece with what is before it.
static DATA: [u8; 100_000] = [7; 100_000];

/// A message that panics when it is encoded, if it holds `false`.
#[derive(Clone, Debug, Default)]
struct Broken(bool);

impl prost::Message for Broken {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        assert!(self.0, "cannot be encoded");
        encoding::bytes::encode(1, &DATA.to_vec(), buffer);
    }

    fn merge_field(
        &mut self,
        _: u32,
        _: WireType,
        _: &mut impl Buf,
        _: DecodeContext,
    ) -> Result<(), DecodeError> {
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        encoding::bytes::encoded_len(1, &DATA.to_vec())
    }

    fn clear(&mut self) {}
}

#[grpc_stream(service = "test.Failing")]
async fn break_later(_: GrpcRequest<()>) -> Result<GrpcServerStreamResponse<Broken>, Status> {
    Ok(GrpcServerStreamResponse::from(vec![
        Broken(true),
        Broken(true),
        Broken(false),
    ]))
}

#[tokio::test]
async fn a_panic_while_a_response_is_encoded_is_internal() {
    let running = Running::start(Server::builder().add(BreakLater)).await;
    let mut client = running.client().await;
    let stream = ready(&mut client)
        .await
        .server_streaming(
            tonic::Request::new(()),
            path("/test.Failing/BreakLater"),
            codec::<(), Vec<u8>>(),
        )
        .await;
    let mut stream = match stream {
        Ok(response) => response.into_inner(),
        Err(status) => return assert_eq!(status.code(), Code::Internal, "{status}"),
    };
    let ended = loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream ended as if it were whole"),
            Err(status) => break status,
        }
    };
    assert_eq!(ended.code(), Code::Internal);
    assert!(ended.message().contains("panicked"), "{ended}");
}

/// A message that panics when half of it is encoded, if it holds `false`.
#[derive(Clone, Debug, Default)]
struct HalfBroken(bool);

impl prost::Message for HalfBroken {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        encoding::bytes::encode(1, &b"whole".to_vec(), buffer);
        assert!(self.0, "cannot be encoded");
    }

    fn merge_field(
        &mut self,
        _: u32,
        _: WireType,
        _: &mut impl Buf,
        _: DecodeContext,
    ) -> Result<(), DecodeError> {
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        encoding::bytes::encoded_len(1, &b"whole".to_vec())
    }

    fn clear(&mut self) {}
}

#[grpc_stream(service = "test.Failing")]
async fn break_in_a_stream(_: GrpcRequest<()>) -> Result<GrpcDuplexResponse<HalfBroken>, Status> {
    let messages = vec![HalfBroken(true), HalfBroken(true), HalfBroken(false)];
    Ok(GrpcDuplexResponse::from(Messages::from(messages)))
}

#[tokio::test]
async fn the_messages_before_one_that_panics_are_sent_and_nothing_of_it() {
    let running = Running::start(Server::builder().add(BreakInAStream)).await;
    let mut client = running.client().await;
    let mut stream = ready(&mut client)
        .await
        .server_streaming(
            tonic::Request::new(()),
            path("/test.Failing/BreakInAStream"),
            codec::<(), Vec<u8>>(),
        )
        .await
        .unwrap()
        .into_inner();
    for _ in 0..2 {
        assert_eq!(stream.message().await.unwrap().unwrap(), b"whole");
    }
    let ended = stream.message().await.unwrap_err();
    assert_eq!(ended.code(), Code::Internal);
    assert!(ended.message().contains("panicked"), "{ended}");
}
