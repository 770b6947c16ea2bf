//! One message of many that is broken, or refused, is named by its index.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use prost::Message as _;
use spikard::{
    Bytes, Code, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest,
    GrpcResponse, Server, Status, grpc_stream,
};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::support::{Running, framed, raw_call};

/// As many as a stream may have by default.
const MESSAGES: usize = 10_000;
const AT: usize = 7_321;

#[derive(Clone, Default)]
struct Names {
    has_run: Arc<AtomicBool>,
}

#[grpc_stream(service = "test.Names")]
impl Names {
    async fn join(
        &self,
        request: GrpcClientStreamRequest<String>,
    ) -> Result<GrpcResponse<String>, Status> {
        self.has_run.store(true, Ordering::SeqCst);
        let empty = request.messages.iter().position(String::is_empty);
        empty.map_or(Ok(GrpcResponse::default()), |index| Err(refused(index)))
    }

    async fn echo(
        &self,
        request: GrpcBidiStreamRequest<String>,
    ) -> Result<GrpcBidiStreamResponse<String>, Status> {
        self.has_run.store(true, Ordering::SeqCst);
        Ok(GrpcBidiStreamResponse::from(request.messages))
    }
}

fn refused(index: usize) -> Status {
    let field = format!("messages[{index}]");
    let text = format!("{field}: must not be empty");
    let details = ErrorDetails::with_bad_request_violation(field, "must not be empty");
    Status::with_error_details(Code::InvalidArgument, text, details)
}

/// A stream of names, with `message` among them.
fn body(message: &[u8]) -> Bytes {
    let name = framed(false, &String::from("tea").encode_to_vec());
    let other = framed(false, message);
    let messages = (0..MESSAGES).map(|index| if index == AT { &other } else { &name });
    let bytes: Vec<u8> = messages.flat_map(|message| message.to_vec()).collect();
    bytes.into()
}

#[tokio::test]
async fn a_broken_message_of_ten_thousand_is_named_and_no_handler_runs() {
    let names = Names::default();
    let running = Running::start(Server::builder().add(names.clone())).await;
    for path in ["/test.Names/Join", "/test.Names/Echo"] {
        let status = raw_call(running.addr, path, &[], body(b"\x0a\x01\xff")).await;
        assert_eq!(status.code(), Code::Internal, "{path}: {status}");
        let text = status.message();
        assert!(text.starts_with("message 7321 "), "{path}: {text}");
        assert!(text.contains("is not a valid "), "{path}: {text}");
        assert!(!names.has_run.load(Ordering::SeqCst), "{path}");
    }
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_field_that_a_handler_refuses_is_named_in_text_and_details() {
    let names = Names::default();
    let running = Running::start(Server::builder().add(names.clone())).await;
    let status = raw_call(running.addr, "/test.Names/Join", &[], body(b"")).await;
    assert!(names.has_run.load(Ordering::SeqCst));
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.message(), "messages[7321]: must not be empty");
    let details = status.get_error_details();
    let violations = &details
        .bad_request()
        .expect("a BadRequest")
        .field_violations;
    let [violation] = &violations[..] else {
        panic!("{violations:#?}");
    };
    assert_eq!(
        (&*violation.field, &*violation.description),
        ("messages[7321]", "must not be empty")
    );
    running.stop().await.unwrap();
}
