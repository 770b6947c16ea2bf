//! Python handlers behind the whole way of a served call, with bodies framed by hand.
#![allow(missing_docs)]

mod python_support;

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use python_support::{Bidi, One, interpreter, unary};
use spikard::__private::{Body, Service};
use spikard::{
    Code, GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcRequest, Routes, RoutesService,
    Status, grpc_stream,
};
use tokio::time::timeout;

struct Tested;

#[grpc_stream(service = "test.Tested")]
impl Tested {
    #[grpc(python = "echo:stream")]
    async fn echo(&self, request: GrpcBidiStreamRequest) -> Bidi;

    #[grpc(python = "echo:count")]
    async fn count(&self, request: GrpcClientStreamRequest) -> One;

    #[grpc(python = "waiting:forever")]
    async fn forever(&self, request: GrpcRequest) -> One;

    #[grpc(python = "waiting:deadline")]
    async fn deadline(&self, request: GrpcRequest) -> One;

    #[grpc(python = "raising:grpc_error")]
    async fn fail(&self, request: GrpcRequest) -> One;

    #[grpc(python = "metadata:echoed")]
    async fn echoed(&self, request: GrpcRequest) -> One;
}

fn service() -> RoutesService {
    interpreter();
    Routes::new().add(Tested).into_service().unwrap()
}

fn framed(messages: &[Bytes]) -> Bytes {
    let mut body = BytesMut::new();
    for message in messages {
        body.put_u8(0);
        body.put_u32(u32::try_from(message.len()).unwrap());
        body.put_slice(message);
    }
    body.freeze()
}

struct Answer {
    headers: HeaderMap,
    body: Bytes,
    trailers: HeaderMap,
}

impl Answer {
    fn status(&self) -> Status {
        let trailers = if self.trailers.contains_key("grpc-status") {
            &self.trailers
        } else {
            &self.headers
        };
        Status::from_header_map(trailers).unwrap()
    }
}

async fn post(method: &str, headers: &[(&'static str, &'static str)], body: Bytes) -> Answer {
    let mut request =
        Request::post(format!("/test.Tested/{method}")).header("content-type", "application/grpc");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::new(Full::new(body))).unwrap();
    let response = Service::call(&mut service(), request).await.unwrap();
    let (parts, body) = response.into_parts();
    let collected = body.collect().await.unwrap();
    Answer {
        headers: parts.headers,
        trailers: collected.trailers().cloned().unwrap_or_default(),
        body: collected.to_bytes(),
    }
}

#[tokio::test]
async fn ten_thousand_messages_of_one_byte() {
    let messages: Vec<Bytes> = (0..10_000u32)
        .map(|index| Bytes::from(vec![index as u8]))
        .collect();
    let answer = post("Echo", &[], framed(&messages)).await;
    assert_eq!(answer.status().code(), Code::Ok);
    assert_eq!(answer.body, framed(&messages));
}

#[tokio::test]
async fn no_messages_at_all() {
    let answer = post("Echo", &[], Bytes::new()).await;
    assert_eq!(answer.status().code(), Code::Ok);
    assert_eq!(answer.body, "");
    let answer = post("Count", &[], Bytes::new()).await;
    assert_eq!(answer.body, framed(&[Bytes::from_static(b"0")]));
}

#[tokio::test]
async fn too_many_messages_do_not_reach_python() {
    let answer = post("Count", &[], framed(&vec![Bytes::new(); 10_001])).await;
    assert_eq!(answer.status().code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn metadata_is_sent_before_and_after_the_message() {
    let sent = [("x-tag", "a"), ("x-tag", "b"), ("x-raw-bin", "AP8")];
    let answer = post("Echoed", &sent, framed(&[Bytes::new()])).await;
    assert_eq!(answer.status().code(), Code::Ok);
    for part in [&answer.headers, &answer.trailers] {
        assert_eq!(part.get_all("x-tag").iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(part["x-raw-bin"], "AP8");
    }
}

#[tokio::test]
async fn a_status_has_its_details_and_metadata() {
    let answer = post("Fail", &[], framed(&[Bytes::new()])).await;
    let status = answer.status();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(status.message(), "grüße: 100 %");
    assert_eq!(status.details(), b"\x08\x09\x12\x02no");
    assert_eq!(status.metadata().get("x-tag").unwrap(), "a");
}

#[tokio::test]
async fn the_deadline_reaches_the_handler() {
    let answer = post(
        "Deadline",
        &[("grpc-timeout", "100S")],
        framed(&[Bytes::new()]),
    )
    .await;
    assert_eq!(answer.status().code(), Code::Ok, "{:?}", answer.status());
    assert_eq!(answer.body, framed(&[Bytes::from_static(b"100")]));
}

#[tokio::test]
async fn a_deadline_cancels_the_coroutine() {
    let name = Bytes::from_static(b"late");
    let answer = post("Forever", &[("grpc-timeout", "200m")], framed(&[name])).await;
    assert_eq!(answer.status().code(), Code::DeadlineExceeded);
    let asking = async {
        let expected = "started, cancelled, finally";
        while unary("waiting:what_happened", "late")
            .await
            .unwrap()
            .payload
            != expected
        {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), asking).await.unwrap();
}
