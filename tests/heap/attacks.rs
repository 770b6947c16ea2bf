//! Small requests that are large once they are decoded, over a socket: what the process takes at most.

use std::io::Write as _;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use http::Request;
use prost::bytes::Bytes;
use spikard::{
    Code, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest,
    GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse, Limits, Messages, Server,
    ServerBuilder, Status, grpc_stream,
};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;

use crate::alone;
use crate::counting::{held, peak, reset_peak};
use crate::zoo::proto::{Animal, Count, zoo};

const MIB: usize = 1 << 20;

fn count(count: usize) -> Count {
    Count {
        count: count as u64,
    }
}

#[grpc_stream(service = zoo)]
async fn enter(request: GrpcRequest<Animal>) -> Result<GrpcResponse<Count>, Status> {
    Ok(GrpcResponse::from(count(request.payload.large.len())))
}

#[grpc_stream(service = zoo)]
async fn enter_all(
    request: GrpcClientStreamRequest<Animal>,
) -> Result<GrpcResponse<Count>, Status> {
    Ok(GrpcResponse::from(count(request.messages.len())))
}

#[grpc_stream(service = zoo)]
async fn exchange(
    request: GrpcBidiStreamRequest<Animal>,
) -> Result<GrpcBidiStreamResponse<Count>, Status> {
    Ok(GrpcBidiStreamResponse::from(vec![count(
        request.messages.len(),
    )]))
}

#[grpc_stream(service = zoo)]
async fn talk(request: GrpcDuplexRequest<Animal>) -> Result<GrpcDuplexResponse<Count>, Status> {
    let counts = request
        .messages
        .map(|animal| animal.map(|animal| count(animal.large.len())));
    Ok(GrpcDuplexResponse::from(Messages::new(counts)))
}

const METHODS: [&str; 4] = ["Enter", "EnterAll", "Exchange", "Talk"];

/// 4 MiB of empty messages of 192 bytes each: 512 MiB in a list, in 4 KiB on the wire.
static BOMB: LazyLock<Bytes> = LazyLock::new(|| {
    let message = [0x52, 0].repeat(2 * MIB);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&message).unwrap();
    let message = gzip.finish().unwrap();
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[1], &length[..], &message].concat().into()
});

/// What a client is answered, and whether it may send the call again by itself.
struct Answer {
    code: Code,
    text: String,
    retries: bool,
}

/// A connection to a server that runs for one attack.
struct Attack {
    client: SendRequest<Bytes>,
    addr: std::net::SocketAddr,
}

impl Attack {
    async fn on(builder: ServerBuilder) -> Self {
        let server = builder.add(Enter).add(EnterAll).add(Exchange).add(Talk);
        let server = server.bind("127.0.0.1:0").await.unwrap();
        let addr = server.local_addr().unwrap();
        tokio::spawn(server.serve());
        let stream = TcpStream::connect(addr).await.unwrap();
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Self { client, addr }
    }

    async fn send(&mut self, method: &str, body: Bytes) -> ResponseFuture {
        self.open(method, body, true).await.0
    }

    async fn open(
        &mut self,
        method: &str,
        body: Bytes,
        half_close: bool,
    ) -> (ResponseFuture, SendStream<Bytes>) {
        let request = Request::post(format!("http://{}/zoo.Zoo/{method}", self.addr))
            .header("content-type", "application/grpc")
            .header("grpc-encoding", "gzip")
            .body(())
            .unwrap();
        self.client = self.client.clone().ready().await.unwrap();
        let (response, mut stream) = self.client.send_request(request, false).unwrap();
        stream.send_data(body, half_close).unwrap();
        (response, stream)
    }
}

async fn answer(response: ResponseFuture) -> Answer {
    let response = response.await.unwrap();
    let headers = response.headers().clone();
    let mut body = response.into_body();
    while let Some(chunk) = body.data().await {
        drop(chunk.unwrap());
    }
    let trailers = body.trailers().await.unwrap().unwrap_or(headers);
    let status = Status::from_header_map(&trailers).unwrap();
    Answer {
        code: status.code(),
        text: status.message().to_owned(),
        retries: trailers
            .get("grpc-retry-pushback-ms")
            .is_none_or(|delay| delay != "-1"),
    }
}

fn run<F: Future>(attack: F) -> (F::Output, usize) {
    let _alone = alone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let before = held();
    reset_peak();
    let output = runtime.block_on(attack);
    (output, peak() - before)
}

#[test]
fn a_message_that_is_large_only_once_it_is_decoded_is_refused() {
    for method in METHODS {
        let (refused, peak) = run(async {
            let mut attack = Attack::on(Server::builder()).await;
            answer(attack.send(method, BOMB.clone()).await).await
        });
        let Answer { code, text, .. } = refused;
        assert_eq!(code, Code::ResourceExhausted, "{method}: {text}");
        assert!(
            text.contains("max_decoded_bytes = 134217728"),
            "{method}: {text}"
        );
        // Its 4 MiB, in a buffer that doubles.
        assert!(peak < 16 * MIB, "{method}: {peak} bytes");
    }
}

#[test]
fn a_stream_of_such_messages_is_refused() {
    let limits = Limits {
        max_decoded_bytes: 1 << 30,
        ..Limits::default()
    };
    // Each would be 512 MiB in memory; the second is over the limit, and over what the connection may hold before.
    for method in ["EnterAll", "Exchange"] {
        let (refused, peak) = run(async {
            let mut attack = Attack::on(Server::builder().limits(limits)).await;
            let body = Bytes::from(BOMB.repeat(16));
            answer(attack.send(method, body).await).await
        });
        let Answer { code, text, .. } = refused;
        assert_eq!(code, Code::ResourceExhausted, "{method}: {text}");
        assert!(
            text.contains("max_buffered_bytes_per_connection = "),
            "{method}: {text}"
        );
        assert!(peak < 16 * MIB, "{method}: {peak} bytes");
    }
}

#[test]
fn an_upload_that_is_refused_for_it_is_not_sent_again() {
    for method in ["EnterAll", "Exchange"] {
        let (refused, _) = run(async {
            let mut attack = Attack::on(Server::builder()).await;
            let (response, stream) = attack.open(method, BOMB.clone(), false).await;
            let refused = answer(response).await;
            drop(stream);
            refused
        });
        assert_eq!(
            refused.code,
            Code::ResourceExhausted,
            "{method}: {}",
            refused.text
        );
        assert!(!refused.retries, "{method}");
    }
}

/// 256 KiB on the wire, and 3 MiB in memory.
fn names() -> Bytes {
    let message = [0x1a, 0].repeat(MIB / 8);
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], &message].concat().into()
}

#[test]
fn many_streams_take_no_more_than_the_share_of_their_connection() {
    const SHARE: usize = 32 * MIB;
    const STREAMS: usize = 24;
    for method in METHODS {
        // A handler that takes messages as they arrive holds none of them back.
        let half_close = method == "Talk";
        let (codes, peak) = run(async {
            let builder = Server::builder()
                .max_buffered_bytes(2 * SHARE)
                .max_buffered_bytes_per_connection(SHARE);
            let mut attack = Attack::on(builder).await;
            let (answered, mut answers) = mpsc::channel(STREAMS);
            let mut open = Vec::new();
            for _ in 0..STREAMS {
                let (response, stream) = attack.open(method, names(), half_close).await;
                open.push(stream);
                let answered = answered.clone();
                tokio::spawn(async move { answered.send(answer(response).await.code).await });
            }
            let mut codes = Vec::new();
            // Ten of 3 MiB have room.
            for _ in 0..if half_close { STREAMS } else { STREAMS - 10 } {
                codes.push(answers.recv().await.unwrap());
            }
            codes
        });
        let expected = if half_close {
            Code::Ok
        } else {
            Code::ResourceExhausted
        };
        assert!(
            codes.iter().all(|code| *code == expected),
            "{method}: {codes:?}"
        );
        // The share, a list that grows in each of two threads, and the windows of what was sent.
        assert!(peak < 2 * SHARE, "{method}: {peak} bytes");
    }
}
