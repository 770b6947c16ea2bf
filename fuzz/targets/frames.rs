//! The frames of a request, in any chunks, within limits, compressed or not: the handler sees every message, or does not
//! run.

#![no_main]

use arbitrary::Arbitrary;
use bytes::Bytes;
use http::{HeaderValue, header::HeaderName};
use libfuzzer_sys::fuzz_target;
use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcRequest, GrpcResponse, Status, grpc_stream,
};
use spikard_fuzz::{Encoding, MAX_MESSAGE_BYTES, MAX_MESSAGES, call, framed, messages};

#[derive(Arbitrary, Debug)]
struct Input {
    unary: bool,
    encoding: Encoding,
    parts: Vec<Part>,
    /// Where chunks end, counted from the end of the one before.
    cuts: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
enum Part {
    Message(Vec<u8>),
    Compressed(Vec<u8>),
    /// With a flag of the peer's own.
    Flagged(u8, Vec<u8>),
    /// With a flag and a length of the peer's own.
    Any(Vec<u8>),
}

#[grpc_stream(service = "fuzz.Frames")]
async fn echo(request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status> {
    Ok(GrpcBidiStreamResponse::from(request.messages))
}

#[grpc_stream(service = "fuzz.Frames")]
async fn one(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(request.payload))
}

fuzz_target!(|input: Input| {
    let mut body = Vec::new();
    let mut ours = true;
    for part in &input.parts {
        match part {
            Part::Message(message) => body.extend(framed(false, message)),
            Part::Compressed(message) => match input.encoding.compress(message) {
                Some(compressed) => body.extend(framed(true, &compressed)),
                None => body.extend(framed(true, message)),
            },
            Part::Flagged(flag, message) => {
                ours &= *flag != 1;
                let mut frame = framed(false, message);
                frame[0] = *flag;
                body.extend(frame);
            }
            Part::Any(bytes) => {
                ours = false;
                body.extend(bytes);
            }
        }
    }
    let whole = Bytes::from(body);
    let (mut chunks, mut rest) = (Vec::new(), whole.clone());
    for cut in &input.cuts {
        chunks.push(rest.split_to(rest.len().min(usize::from(*cut))));
    }
    chunks.push(rest);
    let encoding = input.encoding.name().map(HeaderValue::from_static);
    let headers = encoding.map(|name| (HeaderName::from_static("grpc-encoding"), name));
    let path = if input.unary { "/fuzz.Frames/One" } else { "/fuzz.Frames/Echo" };
    let answer = call(|routes| routes.add(Echo).add(One), path, headers, chunks);

    let mut expected = messages(&whole, input.encoding);
    if input.unary {
        expected = expected.filter(|messages| messages.len() == 1);
    }
    let received = messages(&answer.body, Encoding::Unnamed).expect("whole frames");
    if answer.code() == 0 {
        assert!(received.len() <= MAX_MESSAGES);
        assert!(received.iter().all(|message| message.len() <= MAX_MESSAGE_BYTES));
        // What a decoder makes of a peer's own compressed bytes is the decoder's to say.
        if ours || whole.iter().all(|byte| *byte != 1) {
            assert_eq!(Some(received), expected);
        }
    } else {
        assert!(received.is_empty(), "messages with an error");
        assert!(!ours || expected.is_none(), "refused: {:?}", answer.trailers);
    }
});
