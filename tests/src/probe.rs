//! The service of `proto/probe.proto`, in Rust and, in `handlers/probe.py`, in Python.

use std::collections::HashMap;
use std::future::pending;
use std::path::Path;
use std::sync::Mutex;

use bytes::Bytes;
use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcRequest,
    GrpcResponse, MetadataMap, MetadataValue, Status, grpc_stream,
};
use tokio::sync::Notify;

use crate::proto::Text;

/// The probe; each method is described in the `.proto` file.
#[derive(Clone, Copy, Debug)]
pub struct Probe;

#[grpc_stream(service = "probe.Probe")]
impl Probe {
    async fn echo(&self, request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status> {
        Ok(echoed(request))
    }

    #[grpc(python = "probe:echo")]
    async fn echo_in_python(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;

    #[grpc(max_messages = 3, max_message_bytes = 64, max_stream_bytes = 100)]
    async fn small(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status> {
        Ok(echoed(request))
    }

    #[grpc(
        python = "probe:echo",
        max_messages = 3,
        max_message_bytes = 64,
        max_stream_bytes = 100
    )]
    async fn small_in_python(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;

    async fn join(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        count(&label(&request.metadata));
        Ok(Bytes::from(request.messages.concat()).into())
    }

    #[grpc(python = "probe:join")]
    async fn join_in_python(
        &self,
        request: GrpcClientStreamRequest,
    ) -> Result<GrpcResponse, Status>;

    async fn runs(&self, request: GrpcRequest<Text>) -> Result<GrpcResponse<Text>, Status> {
        let text = runs_of(&label(&request.metadata)).to_string();
        Ok(Text { text }.into())
    }

    #[grpc(python = "probe:runs")]
    async fn runs_in_python(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    async fn fail(
        &self,
        request: GrpcBidiStreamRequest<Text>,
    ) -> Result<GrpcBidiStreamResponse<Text>, Status> {
        let how = request
            .messages
            .first()
            .map(|message| message.text.as_str());
        match how {
            Some("panic") => panic!("a secret"),
            Some("panic with a value") => std::panic::panic_any(7),
            Some("status") => Err(not_found()),
            _ => Err(Status::invalid_argument(format!(
                "no such failure: {how:?}"
            ))),
        }
    }

    #[grpc(python = "probe:fail")]
    async fn fail_in_python(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;

    #[grpc(python = "probe:fail_without_async")]
    async fn fail_without_async_in_python(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;

    #[grpc(python = "probe:types")]
    async fn types_in_python(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    async fn wait(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        let label = label(&request.metadata);
        count(&format!("{label}-waiting"));
        loop {
            // Made before the look, so that no count is missed in between.
            let counted = COUNTED.notified();
            if runs_of(&label) > 0 {
                return Ok(GrpcResponse::default());
            }
            counted.await;
        }
    }

    #[grpc(python = "probe:wait")]
    async fn wait_in_python(
        &self,
        request: GrpcClientStreamRequest,
    ) -> Result<GrpcResponse, Status>;

    #[grpc(python = "probe:block")]
    async fn block_in_python(
        &self,
        request: GrpcClientStreamRequest,
    ) -> Result<GrpcResponse, Status>;

    async fn hang(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        let label = label(&request.metadata);
        count(&label);
        let _cancelled = CountOnDrop(format!("{label}-cancelled"));
        pending().await
    }

    #[grpc(python = "probe:hang")]
    async fn hang_in_python(
        &self,
        request: GrpcClientStreamRequest,
    ) -> Result<GrpcResponse, Status>;
}

/// The folder of the probe's Python side.
pub fn python_folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/handlers"))
}

fn echoed(request: GrpcBidiStreamRequest) -> GrpcBidiStreamResponse {
    let mut response = GrpcBidiStreamResponse::from(request.messages);
    for (name, value) in &request.metadata.into_headers() {
        let name = name.as_str();
        if name.starts_with("x-trailer-") {
            append(&mut response.trailers, name, value.as_bytes());
        } else if name.starts_with("x-") {
            append(&mut response.metadata, name, value.as_bytes());
        }
    }
    response
}

fn append(metadata: &mut MetadataMap, name: &str, value: &[u8]) {
    let taken = std::mem::take(metadata);
    let mut headers = taken.into_headers();
    let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a name that came as one");
    let value = http::HeaderValue::from_bytes(value).expect("a value that came as one");
    headers.append(name, value);
    *metadata = MetadataMap::from_headers(headers);
}

fn not_found() -> Status {
    let mut metadata = MetadataMap::new();
    metadata.append("x-why", MetadataValue::from_static("first"));
    metadata.append("x-why", MetadataValue::from_static("second"));
    metadata.append_bin("x-raw-bin", MetadataValue::from_bytes(&[0x00, 0xff]));
    let text = "no such thing: 東京 100%\n";
    Status::with_metadata(spikard::Code::NotFound, text, metadata)
}

static COUNTED: Notify = Notify::const_new();

static RUNS: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

pub(crate) fn count(label: &str) {
    let mut runs = RUNS.lock().expect("no panic while it is held");
    *runs
        .get_or_insert_default()
        .entry(label.into())
        .or_default() += 1;
    drop(runs);
    COUNTED.notify_waiters();
}

fn runs_of(label: &str) -> usize {
    let runs = RUNS.lock().expect("no panic while it is held");
    let runs = runs.as_ref().and_then(|runs| runs.get(label));
    runs.copied().unwrap_or_default()
}

pub(crate) fn label(metadata: &MetadataMap) -> String {
    let label = metadata.get("x-label").map(|label| label.as_bytes());
    String::from_utf8_lossy(label.unwrap_or_default()).into_owned()
}

/// Counts when the future that holds it is dropped.
pub(crate) struct CountOnDrop(pub(crate) String);

impl Drop for CountOnDrop {
    fn drop(&mut self) {
        count(&self.0);
    }
}
