//! Metadata and trailers, however a response ends.

use std::net::SocketAddr;

use http::HeaderMap;
use spikard::{
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse, Limits, Messages,
    MetadataMap, Server, Status, grpc_stream,
};

use crate::support::{Running, framed, raw_response};

/// Ends in the way that the request names, with metadata at both ends.
#[grpc_stream(service = "test.Ends")]
async fn end(request: GrpcRequest<String>) -> Result<GrpcDuplexResponse<String>, Status> {
    let how = request.payload;
    let messages = async_stream::stream! {
        if how != "at once" {
            yield Ok(String::from("first"));
        }
        match &*how {
            "panic" => panic!("as asked"),
            "hang" => std::future::pending::<()>().await,
            "large" => yield Ok("x".repeat(2000)),
            "well" => return,
            _ => {}
        }
        let mut status = Status::aborted("as asked");
        status.metadata_mut().insert("x-both", "of the status".parse().unwrap());
        yield Err(status);
    };
    let late = || {
        let mut late = MetadataMap::new();
        late.insert("x-late", "yes".parse().unwrap());
        late
    };
    let (metadata, trailers) = around();
    Ok(GrpcDuplexResponse {
        metadata,
        trailers,
        ..Messages::new(messages).with_trailers(late).into()
    })
}

#[grpc_stream(service = "test.Ends")]
async fn end_list(request: GrpcRequest<u32>) -> Result<GrpcServerStreamResponse<String>, Status> {
    // What is over the limit is the first message, one of the first chunk, or one of a later chunk.
    let mut messages = vec!["x".repeat(900); request.payload as usize];
    messages.push("x".repeat(2000));
    let (metadata, trailers) = around();
    Ok(GrpcServerStreamResponse {
        metadata,
        trailers,
        ..messages.into()
    })
}

#[grpc_stream(service = "test.Ends")]
async fn end_one(_: GrpcRequest<()>) -> Result<GrpcResponse<String>, Status> {
    let (metadata, trailers) = around();
    Ok(GrpcResponse {
        metadata,
        trailers,
        ..GrpcResponse::from("x".repeat(2000))
    })
}

fn around() -> (MetadataMap, MetadataMap) {
    let (mut metadata, mut trailers) = (MetadataMap::new(), MetadataMap::new());
    metadata.insert("x-initial", "yes".parse().unwrap());
    trailers.insert("x-both", "of the response".parse().unwrap());
    (metadata, trailers)
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let values = headers.get_all(name).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

/// The headers and the trailers of a call.
async fn ends(addr: SocketAddr, path: &str, message: &[u8]) -> (HeaderMap, HeaderMap) {
    let headers = [("grpc-timeout", "500m")];
    let response = raw_response(addr, path, &headers, framed(false, message)).await;
    let (parts, mut body) = response.into_parts();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
    }
    let trailers = body.trailers().await.unwrap();
    (parts.headers, trailers.unwrap_or_default())
}

#[tokio::test]
async fn trailers_go_out_however_a_response_ends() {
    let builder = Server::builder()
        .add(End)
        .add(EndList)
        .add(EndOne)
        .limits(Limits {
            max_sent_message_bytes: 1000,
            ..Limits::default()
        });
    let running = Running::start(builder).await;
    let asking = |how: &str| [&[0x0a, u8::try_from(how.len()).unwrap()], how.as_bytes()].concat();
    let of_response = vec!["of the response"];
    let of_both = vec!["of the response", "of the status"];
    for (method, message, code, both, late) in [
        ("End", asking("well"), "0", &of_response, true),
        ("End", asking("at once"), "10", &of_both, true),
        ("End", asking("later"), "10", &of_both, true),
        ("End", asking("panic"), "13", &of_response, true),
        ("End", asking("hang"), "4", &of_response, true),
        ("End", asking("large"), "8", &of_response, true),
        ("EndList", vec![], "8", &of_response, false),
        ("EndList", vec![8, 1], "8", &of_response, false),
        ("EndList", vec![8, 0xe8, 7], "8", &of_response, false),
        ("EndOne", vec![], "8", &of_response, false),
    ] {
        let path = format!("/test.Ends/{method}");
        let (headers, trailers) = ends(running.addr, &path, &message).await;
        let what = format!("{method} {message:?}: {headers:?} {trailers:?}");
        assert_eq!(values(&headers, "x-initial"), ["yes"], "{what}");
        assert_eq!(values(&trailers, "grpc-status"), [code], "{what}");
        assert_eq!(&values(&trailers, "x-both"), both, "{what}");
        assert_eq!(trailers.contains_key("x-late"), late, "{what}");
    }
}
