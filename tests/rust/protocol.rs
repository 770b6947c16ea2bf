//! Requests that are not what gRPC asks for.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use spikard::Code;
use spikard_tests::languages::{LANGUAGES, path};
use spikard_tests::mounts;
use spikard_tests::raw::{Raw, RawAnswer, request};
use spikard_tests::wire::framed;

use crate::support::{good_call, text};

/// What is wrong with a request, what is sent, and the start of the text that comes back.
struct Broken {
    what: &'static str,
    request: fn(&str) -> http::request::Builder,
    method: &'static str,
    body: Vec<Bytes>,
    code: Code,
    text: &'static str,
}

fn broken() -> Vec<Broken> {
    let good = || Broken {
        what: "",
        request,
        method: "Join",
        body: vec![text("good")],
        code: Code::Internal,
        text: "",
    };
    let cut = |bytes: usize| vec![text("good"), text("cut off").slice(..bytes)];
    vec![
        Broken {
            what: "a prefix that is cut off",
            body: cut(3),
            text: "the stream ended inside message 1: 3 of its 5 bytes arrived",
            ..good()
        },
        Broken {
            what: "a message that is cut off",
            body: cut(8),
            text: "the stream ended inside message 1: 8 of its 14 bytes arrived",
            ..good()
        },
        Broken {
            what: "a compressed flag that does not exist",
            body: vec![text("good"), Bytes::from_static(&[2, 0, 0, 0, 0])],
            text: "message 1 starts with the compressed flag 2: it must be 0 or 1",
            ..good()
        },
        Broken {
            what: "a compressed message without grpc-encoding",
            body: vec![Bytes::from_static(&[1, 0, 0, 0, 0])],
            text: "message 0 has its compressed flag set",
            ..good()
        },
        Broken {
            what: "an unknown grpc-encoding",
            request: |path| request(path).header("grpc-encoding", "middle-out"),
            code: Code::Unimplemented,
            text: "the grpc-encoding \"middle-out\" is not supported",
            ..good()
        },
        Broken {
            what: "a malformed grpc-timeout",
            request: |path| request(path).header("grpc-timeout", "soon"),
            text: "the grpc-timeout \"soon\" is malformed",
            ..good()
        },
        Broken {
            what: "no message for a unary method",
            method: "Runs",
            body: vec![],
            code: Code::Unimplemented,
            text: "this method takes exactly one message and the client sent none",
            ..good()
        },
        Broken {
            what: "two messages for a unary method",
            method: "Runs",
            body: vec![text("one"), text("two")],
            code: Code::Unimplemented,
            text: "this method takes exactly one message and the client sent a second one",
            ..good()
        },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_requests_get_the_status_of_the_specification() {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await.unwrap();
    for language in LANGUAGES {
        for case in broken() {
            let Broken {
                what, code, text, ..
            } = case;
            let request = (case.request)(&path(case.method, language))
                .body(())
                .unwrap();
            let answer = raw.call(request, case.body).await.unwrap();
            assert_eq!(answer.http, StatusCode::OK, "{language}: {what}");
            let status = answer.status().unwrap();
            assert_eq!(status.code(), code, "{language}: {what}: {status}");
            assert!(
                status.message().starts_with(text),
                "{language}: {what}: {status}"
            );
            good_call(&raw, language, "after a broken request").await;
        }
    }
    drop(raw);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_not_have_is_unimplemented() {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await.unwrap();
    for path in [
        "/probe.Probe/Nothing",
        "/nothing.Nothing/Echo",
        "/",
        "/probe.Probe/Echo/more",
    ] {
        let answer = raw.call(request(path).body(()).unwrap(), []).await.unwrap();
        let status = answer.status().unwrap();
        assert_eq!(status.code(), Code::Unimplemented, "{path}: {status}");
        assert!(status.message().contains(path), "{path}: {status}");
    }
    drop(raw);
    server.stop().await;
}

async fn http_answer(raw: &Raw, request: http::request::Builder) -> RawAnswer {
    let request = request.body(()).unwrap();
    raw.call(request, [text("good")]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_grpc_gets_a_status_of_http() {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await.unwrap();
    for language in LANGUAGES {
        let uri = format!("http://localhost{}", path("Join", language));
        for content_type in [
            None,
            Some("application/json"),
            Some("application/grpc-web"),
            Some("application/grpc+json"),
            Some("application/grpc+foo"),
        ] {
            let mut request = Request::post(&uri).header("te", "trailers");
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let answer = http_answer(&raw, request).await;
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            assert_eq!(answer.http, status, "{language}: {content_type:?}");
        }
        for method in ["GET", "PUT", "DELETE"] {
            let request = request(&path("Join", language)).method(method);
            let answer = http_answer(&raw, request).await;
            let status = StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(answer.http, status, "{language}: {method}");
            assert_eq!(answer.headers["allow"], "POST");
        }
        good_call(&raw, language, "after requests that are not gRPC").await;
    }
    drop(raw);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn protobuf_is_taken_however_it_is_said() {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await.unwrap();
    for language in LANGUAGES {
        for format in ["application/grpc+proto", "application/grpc; charset=utf-8"] {
            let request = Request::post(format!("http://localhost{}", path("Join", language)))
                .header("content-type", format);
            let answer = http_answer(&raw, request).await;
            assert_eq!(
                answer.status().unwrap().code(),
                Code::Ok,
                "{language}: {format}"
            );
        }
    }
    drop(raw);
    server.stop().await;
}

/// A handler cannot forge what belongs to the protocol, and sees none of it.
#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_is_no_text_is_kept_as_it_is() {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await.unwrap();
    for language in LANGUAGES {
        // Two values in one header line, as the specification allows for `-bin` keys.
        let request = request(&path("Echo", language))
            .header("x-raw-bin", "AAE,//4=")
            .header("x-raw-bin", "Ag")
            .header("x-plain", "a, b")
            .body(())
            .unwrap();
        let answer = raw
            .call(request, [Bytes::from(framed(b"\xff\x00"))])
            .await
            .unwrap();
        assert_eq!(answer.status().unwrap().code(), Code::Ok, "{language}");
        assert_eq!(answer.body, framed(b"\xff\x00"), "{language}");
        assert_eq!(values(&answer.headers, "x-plain"), ["a, b"], "{language}");
        let binary = values(&answer.headers, "x-raw-bin").join(",");
        let binary: Vec<_> = binary
            .split(',')
            .map(|value| value.trim_end_matches('='))
            .collect();
        assert_eq!(binary, ["AAE", "//4", "Ag"], "{language}");
    }
    drop(raw);
    server.stop().await;
}

fn values(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}
