//! Every kind of RPC, in both languages, in every way that a call can go.

use std::error::Error;
use std::io::{Read, Write};

use bytes::{Buf, Bytes};
use flate2::Compression as Level;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use spikard::{Code, Compression, Limits, Server};
use spikard_tests::kinds::{FAIL, FIRST, GROW, HANG, Kinds};
use spikard_tests::languages::{LANGUAGES, Language};
use spikard_tests::mounts;
use spikard_tests::probe::Probe;
use spikard_tests::raw::{Raw, request};
use tokio::task::JoinSet;

use crate::support::{runs, until_runs};

/// A kind of RPC, and the method that is of it.
#[derive(Clone, Copy)]
struct Kind {
    method: &'static str,
    /// The client sends [`FIRST`] before the message that matters.
    client_streams: bool,
    /// Both come back; else one message.
    server_streams: bool,
    /// [`FIRST`] is on its way before the handler looks at the message that matters.
    streams_back: bool,
    /// The handler runs before all messages are there.
    unbuffered: bool,
}

const KINDS: [Kind; 7] = [
    kind("Unary", [false, false, false, false]),
    kind("List", [false, true, false, false]),
    kind("Stream", [false, true, true, false]),
    kind("Upload", [true, false, false, false]),
    kind("UnbufferedUpload", [true, false, false, true]),
    kind("Buffered", [true, true, false, false]),
    kind("Duplex", [true, true, true, true]),
];

const fn kind(method: &'static str, is: [bool; 4]) -> Kind {
    let [client_streams, server_streams, streams_back, unbuffered] = is;
    Kind {
        method,
        client_streams,
        server_streams,
        streams_back,
        unbuffered,
    }
}

/// One way that a call can go.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    /// The message that matters.
    message: &'static str,
    timeout: Option<&'static str>,
    compressed: bool,
    end: End,
}

#[derive(Clone, Copy)]
enum End {
    /// With this status and a text that has this part.
    Status(Code, &'static str),
    /// With the client's reset, once the handler waits.
    Cancelled,
}

/// As long as a message may be less than, and good to compress.
const SIXTY: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";
/// A byte more than a message may have.
const SIXTY_FIVE: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";

const PLAIN: Case = Case {
    name: "ok",
    message: SIXTY,
    timeout: None,
    compressed: false,
    end: End::Status(Code::Ok, ""),
};

const CASES: [Case; 7] = [
    PLAIN,
    Case {
        name: "error",
        message: FAIL,
        end: End::Status(Code::NotFound, "as asked"),
        ..PLAIN
    },
    Case {
        name: "deadline",
        message: HANG,
        timeout: Some("2S"),
        end: End::Status(Code::DeadlineExceeded, "the deadline passed before"),
        ..PLAIN
    },
    Case {
        name: "cancel",
        message: HANG,
        end: End::Cancelled,
        ..PLAIN
    },
    Case {
        name: OVER_THE_LIMIT,
        message: SIXTY_FIVE,
        end: End::Status(
            Code::ResourceExhausted,
            "has 65 bytes, more than max_message_bytes = 64",
        ),
        ..PLAIN
    },
    Case {
        name: "answer over the limit",
        message: GROW,
        end: End::Status(
            Code::ResourceExhausted,
            "bytes, more than max_sent_message_bytes = 200",
        ),
        ..PLAIN
    },
    Case {
        name: "compressed",
        compressed: true,
        ..PLAIN
    },
];

const OVER_THE_LIMIT: &str = "over the limit";

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_in_every_language_in_every_case() -> Result<(), Box<dyn Error>> {
    let limits = Limits {
        max_message_bytes: 64,
        max_sent_message_bytes: 200,
        ..Limits::default()
    };
    let builder = Server::builder().add(Kinds).add(Probe);
    let server = mounts::serve(builder.limits(limits).compression(Compression::Gzip)).await;
    let raw = Raw::connect(&server.address).await?;
    let mut cells = JoinSet::new();
    for kind in KINDS {
        for language in LANGUAGES {
            for case in CASES {
                let raw = raw.clone();
                cells.spawn(async move {
                    let cell = Cell {
                        kind,
                        language,
                        case,
                    };
                    let checked = cell.check(&raw).await;
                    checked.unwrap_or_else(|error| panic!("{}: {error}", cell.label()));
                });
            }
        }
    }
    assert_eq!(cells.join_all().await.len(), 98);
    drop(raw);
    server.stop().await;
    Ok(())
}

/// One call of the table.
struct Cell {
    kind: Kind,
    language: Language,
    case: Case,
}

impl Cell {
    /// What the probe counts the call under.
    fn label(&self) -> String {
        format!(
            "{} in {}, {}",
            self.kind.method, self.language, self.case.name
        )
    }

    async fn check(&self, raw: &Raw) -> Result<(), Box<dyn Error>> {
        let label = self.label();
        match self.case.end {
            End::Cancelled => {
                let mut begun = raw.begin(self.request()?).await?;
                begun.send(self.frames());
                begun.half_close();
                until_runs(raw, self.language, &format!("{label}-hanging"), 1).await;
                // Which resets it.
                drop(begun);
            }
            End::Status(code, text) => {
                let answer = raw.call(self.request()?, self.frames()).await?;
                let status = answer.status().ok_or("no status")?;
                assert_eq!(status.code(), code, "{label}: {status}");
                assert!(status.message().contains(text), "{label}: {status}");
                assert_eq!(messages(answer.body), self.answers(code), "{label}");
            }
        }
        let ran = usize::from(self.case.name != OVER_THE_LIMIT || self.kind.unbuffered);
        assert_eq!(runs(raw, self.language, &label).await?, ran, "{label}");
        if self.case.message == HANG {
            until_runs(raw, self.language, &format!("{label}-cancelled"), 1).await;
        }
        Ok(())
    }

    fn request(&self) -> http::Result<http::Request<()>> {
        let suffix = match self.language {
            Language::Rust => "",
            Language::Python => "InPython",
        };
        let mut request = request(&format!("/probe.Kinds/{}{suffix}", self.kind.method))
            .header("x-label", self.label());
        if let Some(timeout) = self.case.timeout {
            request = request.header("grpc-timeout", timeout);
        }
        if self.case.compressed {
            request = request
                .header("grpc-encoding", "gzip")
                .header("grpc-accept-encoding", "gzip");
        }
        request.body(())
    }

    fn frames(&self) -> Vec<Bytes> {
        let first = self.kind.client_streams.then_some(FIRST);
        let messages = first.into_iter().chain([self.case.message]);
        messages
            .map(|message| frame(message.as_bytes(), self.case.compressed))
            .collect()
    }

    /// The messages that must come back, with the flag of each.
    fn answers(&self, code: Code) -> Vec<(bool, Vec<u8>)> {
        // One that does not shrink is sent as it is.
        let first = (false, Vec::from(FIRST));
        let message = Vec::from(self.case.message);
        let compressed = self.case.compressed;
        match (code, self.kind) {
            (Code::Ok, kind) if kind.server_streams => vec![first, (compressed, message)],
            (Code::Ok, kind) if kind.client_streams => {
                vec![(compressed, [first.1, message].concat())]
            }
            (Code::Ok, _) => vec![(compressed, message)],
            (_, kind) if kind.streams_back => {
                // Of a request that is buffered, nothing over the limit reaches the handler.
                let reached = kind.unbuffered || self.case.name != OVER_THE_LIMIT;
                reached.then_some(first).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn frame(message: &[u8], compressed: bool) -> Bytes {
    let payload = if compressed {
        let mut encoder = GzEncoder::new(Vec::new(), Level::default());
        encoder.write_all(message).expect("a Vec takes everything");
        encoder.finish().expect("a Vec takes everything")
    } else {
        message.to_vec()
    };
    let length = u32::try_from(payload.len()).expect("a short message");
    let prefix = [&[u8::from(compressed)][..], &length.to_be_bytes()].concat();
    [prefix, payload].concat().into()
}

fn messages(mut body: Bytes) -> Vec<(bool, Vec<u8>)> {
    let mut messages = Vec::new();
    while !body.is_empty() {
        let compressed = body.get_u8() == 1;
        let length = body.get_u32() as usize;
        let payload = body.split_to(length);
        let mut message = Vec::new();
        if compressed {
            let mut decoder = GzDecoder::new(&payload[..]);
            decoder.read_to_end(&mut message).expect("gzip");
        } else {
            message.extend_from_slice(&payload);
        }
        messages.push((compressed, message));
    }
    messages
}
