//! An `impl` block: several methods and the state they share, in Rust and in Python.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use spikard::{
    Bytes, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcResponse,
    GrpcService, MethodOptions, Status, grpc_stream,
};
use spikard_ui_tests::{block_on, call, table};

#[derive(Clone, Default)]
struct Records {
    calls: Arc<AtomicUsize>,
}

#[grpc_stream(service = "recordservice.RecordService", max_messages = 9)]
impl Records {
    async fn filter_stream(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut messages = request.messages;
        messages.retain(|message| !message.is_empty());
        Ok(GrpcBidiStreamResponse::from(messages))
    }

    #[grpc(
        method = "Import",
        max_messages = 2,
        max_stream_bytes = "8MiB",
        timeout = "5s"
    )]
    pub async fn bulk_import(
        &self,
        request: GrpcClientStreamRequest,
    ) -> Result<GrpcResponse, Status> {
        let count = self
            .calls
            .fetch_add(request.messages.len(), Ordering::Relaxed);
        Ok(GrpcResponse::from(Bytes::from(count.to_string())))
    }

    #[grpc(python = "scoring:score_all")]
    async fn score(&self, request: GrpcBidiStreamRequest)
    -> Result<GrpcBidiStreamResponse, Status>;
}

#[test]
fn runs() {
    let module = module_path!();
    assert_eq!(
        table::<Records>(),
        [
            format!(
                "recordservice.RecordService FilterStream: bidirectional streaming ({module}::Records::filter_stream)"
            ),
            format!(
                "recordservice.RecordService Import: client streaming ({module}::Records::bulk_import)"
            ),
            String::from(
                "recordservice.RecordService Score: bidirectional streaming (scoring:score_all)"
            ),
        ]
    );
    let block = MethodOptions::new().max_messages(9);
    assert_eq!(Records::METHODS[0].options, block);
    let own = MethodOptions::new()
        .max_messages(2)
        .max_stream_bytes(8 << 20)
        .timeout(Duration::from_secs(5));
    assert_eq!(Records::METHODS[1].options, own);
    assert_eq!(Records::METHODS[2].options, block);

    let mut records = Records::default();
    let answer = call(
        &mut records,
        "recordservice.RecordService/FilterStream",
        &[b"a", b"", b"b"],
    );
    assert_eq!(answer.status, 0);
    assert_eq!(answer.messages, ["a", "b"]);

    let answer = call(
        &mut records,
        "recordservice.RecordService/Import",
        &[b"a", b"b"],
    );
    assert_eq!((answer.status, answer.messages[0].as_ref()), (0, &b"1"[..]));

    let answer = call(
        &mut records,
        "recordservice.RecordService/Import",
        &[b"a", b"b", b"c"],
    );
    assert_eq!(answer.status, 8);

    let plain = block_on(records.filter_stream(GrpcBidiStreamRequest::default()));
    assert!(plain.unwrap().messages.is_empty());
    assert_eq!(records.calls.load(Ordering::Relaxed), 4);
}
