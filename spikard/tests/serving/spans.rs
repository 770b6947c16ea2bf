//! The span of every call, however it ends.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, Once};
use std::time::Duration;

use spikard::{GrpcDuplexResponse, GrpcRequest, Messages, Server, Status, grpc_stream};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{Running, framed, raw_response};

type Fields = BTreeMap<&'static str, String>;

/// The fields of the spans of this process, each at its id less one.
static SPANS: Mutex<Vec<Fields>> = Mutex::new(Vec::new());

/// Records the fields of all spans.
struct Recorder;

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "rpc"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        attributes.record(&mut Into(&mut fields));
        let mut spans = SPANS.lock().unwrap();
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut spans = SPANS.lock().unwrap();
        let index = usize::try_from(id.into_u64()).unwrap() - 1;
        values.record(&mut Into(&mut spans[index]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn record() {
    static RECORDED: Once = Once::new();
    RECORDED.call_once(|| tracing::subscriber::set_global_default(Recorder).unwrap());
}

/// The fields of the span whose `field` is `value`, once a status has been recorded.
async fn finished(field: &str, value: &str) -> Fields {
    let found = async {
        loop {
            let of_call = |fields: &&Fields| {
                fields.get(field).is_some_and(|found| found == value)
                    && fields.contains_key("rpc.response.status_code")
            };
            let found = SPANS.lock().unwrap().iter().find(of_call).cloned();
            match found {
                Some(fields) => return fields,
                None => tokio::task::yield_now().await,
            }
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(30), found).await;
    found.unwrap_or_else(|_| panic!("no finished span has {field} = {value}"))
}

#[grpc_stream(service = "test.Spans")]
async fn hang(_: GrpcRequest<()>) -> Result<GrpcDuplexResponse<u32>, Status> {
    std::future::pending().await
}

#[grpc_stream(service = "test.Spans")]
async fn hang_later(_: GrpcRequest<()>) -> Result<GrpcDuplexResponse<u32>, Status> {
    Ok(Messages::new(tokio_stream::pending()).into())
}

#[grpc_stream(service = "test.Spans")]
async fn refuse(_: GrpcRequest<()>) -> Result<GrpcDuplexResponse<u32>, Status> {
    Ok(Messages::default().into())
}

#[tokio::test]
async fn a_call_that_is_cancelled_has_a_status() {
    record();
    let builder = Server::builder().add(Hang).add(HangLater);
    let running = Running::start(builder).await;
    for method in ["test.Spans/Hang", "test.Spans/HangLater"] {
        let path = format!("/{method}");
        let response = raw_response(running.addr, &path, &[], framed(false, b""));
        // Dropping the connection cancels the call.
        let begun = tokio::time::timeout(Duration::from_millis(200), response).await;
        drop(begun);
        let fields = finished("rpc.method", method).await;
        assert_eq!(fields["rpc.response.status_code"], "CANCELLED", "{method}");
        assert!(!fields.contains_key("error.type"), "{method}");
    }
}

#[grpc_stream(service = "test.Spans")]
async fn large(_: GrpcRequest<()>) -> Result<GrpcDuplexResponse<Vec<u8>>, Status> {
    Ok(Messages::from(vec![vec![0; 1 << 20]]).into())
}

#[tokio::test]
async fn a_call_whose_response_is_not_read_ends_at_its_deadline() {
    record();
    let running = Running::start(Server::builder().add(Large)).await;
    let headers = [("grpc-timeout", "100m")];
    let path = "/test.Spans/Large";
    // More than the client's flow-control window, which nobody opens.
    let _unread = raw_response(running.addr, path, &headers, framed(false, b"")).await;
    let fields = finished("rpc.method", "test.Spans/Large").await;
    assert_eq!(fields["rpc.response.status_code"], "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn a_call_that_is_refused_has_a_span() {
    record();
    let running = Running::start(Server::builder().add(Refuse)).await;
    let headers = [("grpc-timeout", "soon")];
    raw_response(
        running.addr,
        "/test.Spans/Refuse",
        &headers,
        framed(false, b""),
    )
    .await;
    let fields = finished("rpc.method", "test.Spans/Refuse").await;
    assert_eq!(fields["rpc.response.status_code"], "INTERNAL");
    assert_eq!(fields["network.peer.address"], "127.0.0.1");

    raw_response(running.addr, "/test.Spans/Nothing", &[], framed(false, b"")).await;
    let fields = finished("rpc.method_original", "/test.Spans/Nothing").await;
    assert_eq!(fields["rpc.method"], "_OTHER");
    assert_eq!(fields["otel.name"], "_OTHER");
    assert_eq!(fields["rpc.response.status_code"], "UNIMPLEMENTED");
    assert_eq!(fields["error.type"], "UNIMPLEMENTED");
    assert_eq!(fields["network.peer.address"], "127.0.0.1");
}

#[tokio::test]
async fn of_a_long_path_a_span_has_the_beginning() {
    record();
    let running = Running::start(Server::builder().add(Refuse)).await;
    let path = format!("/test.Spans/{}", "x".repeat(10_000));
    raw_response(running.addr, &path, &[], framed(false, b"")).await;
    let shown = format!("{}… (10012 bytes)", &path[..128]);
    let fields = finished("rpc.method_original", &shown).await;
    assert_eq!(fields["rpc.response.status_code"], "UNIMPLEMENTED");
}
