//! A handler's status on its way to the client: the code survives, and what is sent can be read.

#![no_main]

use std::cell::RefCell;

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode;
use spikard::{Code, GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_fuzz::{call, framed};

#[derive(Arbitrary, Clone, Debug)]
struct Input {
    code: u8,
    text: String,
    /// The text is this many times as long.
    times: u8,
    details: Vec<u8>,
}

thread_local! {
    static FAILING: RefCell<Option<Status>> = const { RefCell::new(None) };
}

#[grpc_stream(service = "fuzz.Statuses")]
async fn fail(_: GrpcRequest) -> Result<GrpcResponse, Status> {
    Err(FAILING.take().expect("a status"))
}

/// What is sent by default, `max_sent_metadata_bytes`.
const MAX_SENT: usize = 8 << 10;

fuzz_target!(|input: Input| {
    let text = input.text.repeat(usize::from(input.times));
    let code = Code::from(1 + i32::from(input.code % 16));
    let details = Bytes::from(input.details);
    FAILING.set(Some(Status::with_details(
        code,
        text.clone(),
        details.clone(),
    )));
    let body = Bytes::from(framed(false, b""));
    let answer = call(|routes| routes.add(Fail), "/fuzz.Statuses/Fail", [], [body]);
    assert_eq!(answer.code(), code as i32);
    assert!(answer.body.is_empty());
    let sent = answer
        .trailers
        .get("grpc-message")
        .map_or(&b""[..], |sent| sent.as_bytes());
    assert!(
        sent.iter().all(|byte| (0x20..0x7f).contains(byte)),
        "not readable as a header"
    );
    let decoded = percent_decode(sent).decode_utf8().expect("UTF-8");
    let size: usize = answer
        .trailers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    assert!(size <= MAX_SENT, "{size} bytes are sent");
    if sent.len() + details.len() < MAX_SENT / 8 {
        assert_eq!(decoded, text);
    }
});
