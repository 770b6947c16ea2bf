//! What a server counts and measures.

use std::time::Duration;

use spikard::{
    Bytes, Code, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest,
    GrpcResponse, GrpcServerStreamResponse, Limits, MethodStats, Server, ServerStats, Stats,
    Status, grpc_stream,
};
use tower::ServiceExt as _;

use crate::support::{Running, framed, raw_body, raw_call, raw_response};

#[grpc_stream(service = "test.Stats")]
async fn join(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(Bytes::from(request.messages.concat())))
}

#[grpc_stream(service = "test.Stats")]
async fn repeat(request: GrpcRequest) -> Result<GrpcServerStreamResponse, Status> {
    Ok(GrpcServerStreamResponse::from(vec![request.payload; 3]))
}

#[grpc_stream(service = "test.Stats", max_messages = 3)]
async fn talk(request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status> {
    Ok(GrpcDuplexResponse::from(request.messages))
}

#[grpc_stream(service = "test.Stats")]
async fn refuse(_: GrpcRequest) -> Result<GrpcResponse, Status> {
    Err(Status::not_found("nothing"))
}

#[grpc_stream(service = "test.Stats")]
async fn wait(_: GrpcRequest) -> Result<GrpcResponse, Status> {
    std::future::pending().await
}

async fn start() -> (Running, Stats) {
    let limits = Limits {
        max_messages: 3,
        ..Limits::default()
    };
    let builder = Server::builder()
        .add(Join)
        .add(Repeat)
        .add(Talk)
        .add(Refuse)
        .add(Wait)
        .limits(limits);
    Running::start_with_stats(builder).await
}

fn of<'a>(stats: &'a ServerStats, name: &str) -> &'a MethodStats {
    let mut methods = stats.methods.iter();
    let found = methods.find(|method| method.method == name);
    found.unwrap_or_else(|| panic!("{name} is not among {:?}", stats.methods))
}

fn statuses(method: &MethodStats) -> Vec<(Code, u64)> {
    let statuses = method.statuses.iter();
    statuses.map(|status| (status.code, status.calls)).collect()
}

/// So many messages of ten bytes each.
fn messages(count: usize) -> Bytes {
    framed(false, b"0123456789").repeat(count).into()
}

#[tokio::test]
async fn calls_are_counted_by_method_and_status() {
    let (running, stats) = start().await;
    for (path, count) in [("Join", 3), ("Join", 2), ("Repeat", 1), ("Talk", 3)] {
        let path = format!("/test.Stats/{path}");
        raw_body(running.addr, &path, &[], messages(count)).await;
    }
    let refused = raw_call(running.addr, "/test.Stats/Join", &[], messages(4)).await;
    assert_eq!(refused.code(), Code::ResourceExhausted);
    raw_call(running.addr, "/test.Stats/Refuse", &[], messages(1)).await;
    raw_call(running.addr, "/test.Stats/Nothing", &[], messages(1)).await;

    let read = stats.read();
    let join = of(&read, "test.Stats/Join");
    assert_eq!((join.started, join.ended()), (3, 3));
    assert_eq!(
        statuses(join),
        [(Code::Ok, 2), (Code::ResourceExhausted, 1)]
    );
    assert_eq!((join.sent_messages, join.sent_bytes), (2, 50));
    assert_eq!(join.received_messages, 3 + 2 + 3);
    assert_eq!(join.refused, [("max_messages", 1)].into());
    let repeat = of(&read, "test.Stats/Repeat");
    assert_eq!((repeat.received_messages, repeat.received_bytes), (1, 10));
    assert_eq!((repeat.sent_messages, repeat.sent_bytes), (3, 30));
    let talk = of(&read, "test.Stats/Talk");
    assert_eq!((talk.received_messages, talk.received_bytes), (3, 30));
    assert_eq!((talk.sent_messages, talk.sent_bytes), (3, 30));
    let refuse = of(&read, "test.Stats/Refuse");
    assert_eq!(statuses(refuse), [(Code::NotFound, 1)]);
    assert!(refuse.refused.is_empty());
    assert_eq!(statuses(of(&read, "other")), [(Code::Unimplemented, 1)]);
    assert_eq!(read.buffered_bytes, 0);
}

/// Reads until it is so.
async fn until(stats: &Stats, is_so: impl Fn(&ServerStats) -> bool) -> ServerStats {
    let found = async {
        loop {
            let read = stats.read();
            if is_so(&read) {
                return read;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(30), found).await;
    found.unwrap_or_else(|_| panic!("it is {:#?}", stats.read()))
}

#[tokio::test]
async fn a_call_in_flight_has_no_status_until_its_client_gives_it_up() {
    let (running, stats) = start().await;
    let (client, connection) = running.h2().await;
    let connection = tokio::spawn(connection);
    let mut client = client.ready().await.unwrap();
    let request = http::Request::post(format!("http://{}/test.Stats/Wait", running.addr))
        .header("content-type", "application/grpc");
    let (response, mut stream) = client
        .send_request(request.body(()).unwrap(), false)
        .unwrap();
    stream.send_data(messages(1), true).unwrap();
    let waits = |stats: &ServerStats| of(stats, "test.Stats/Wait").started == 1;
    let read = until(&stats, waits).await;
    assert_eq!(of(&read, "test.Stats/Wait").ended(), 0);
    assert_eq!((read.accepted_connections, read.open_connections), (1, 1));
    let holds = |stats: &ServerStats| stats.buffered_bytes >= 10;
    until(&stats, holds).await;

    drop((response, stream, client));
    connection.await.unwrap().unwrap();
    let ended = |stats: &ServerStats| stats.open_connections == 0;
    let read = until(&stats, ended).await;
    let wait = of(&read, "test.Stats/Wait");
    assert_eq!(statuses(wait), [(Code::Cancelled, 1)]);
    assert_eq!((wait.received_messages, wait.received_bytes), (1, 10));
    assert_eq!((read.accepted_connections, read.buffered_bytes), (1, 0));
}

#[tokio::test]
async fn times_and_sizes_are_measured_once_somebody_has_read() {
    let (running, stats) = start().await;
    let call = || raw_body(running.addr, "/test.Stats/Join", &[], messages(2));
    call().await;
    let read = stats.read();
    let status = &of(&read, "test.Stats/Join").statuses[0];
    assert_eq!((status.calls, &status.duration), (1, &None));
    call().await;
    let read = stats.read();
    let join = of(&read, "test.Stats/Join");
    let status = &join.statuses[0];
    assert_eq!(status.calls, 2);
    let duration = status.duration.as_ref().unwrap();
    assert_eq!(duration.count(), 1);
    assert!(duration.sum > 0.0);
    let parts = join.buffered + join.handled;
    assert!(
        join.buffered > Duration::ZERO && parts.as_secs_f64() <= duration.sum,
        "{join:?}"
    );
    assert_eq!(join.queued, Duration::ZERO);
    let received = status.received_bytes.as_ref().unwrap();
    assert_eq!((received.counts[1], received.sum), (1, 20.0));
    assert_eq!(status.sent_bytes.as_ref().unwrap().sum, 20.0);
}

#[tokio::test]
async fn a_call_that_a_layer_answers_is_counted_once() {
    let check = |request: tonic::Request<()>| match request.metadata().get("x-user") {
        Some(_) => Ok(request),
        None => Err(Status::unauthenticated("who are you?")),
    };
    let builder = Server::builder()
        .add(Join)
        .layer(tonic::service::interceptor::InterceptorLayer::new(check));
    let (running, stats) = Running::start_with_stats(builder).await;
    let (join, user) = ("/test.Stats/Join", [("x-user", "ann")]);
    let refused = raw_call(running.addr, join, &[], messages(1)).await;
    assert_eq!(refused.code(), Code::Unauthenticated);
    raw_call(running.addr, "/test.Stats/Nothing", &[], messages(1)).await;
    raw_body(running.addr, join, &user, messages(1)).await;
    raw_call(running.addr, join, &user, Bytes::from_static(b"broken")).await;
    let read = stats.read();
    let join = of(&read, "test.Stats/Join");
    assert_eq!(
        statuses(join),
        [
            (Code::Ok, 1),
            (Code::Internal, 1),
            (Code::Unauthenticated, 1)
        ]
    );
    assert_eq!(join.started, 3);
    assert_eq!(statuses(of(&read, "other")), [(Code::Unauthenticated, 1)]);
}

#[tokio::test]
async fn routes_in_the_server_of_another_count_too() {
    let service = spikard::Routes::new().add(Refuse).into_service().unwrap();
    let stats = service.stats();
    let request = http::Request::post("/test.Stats/Refuse")
        .header("content-type", "application/grpc")
        .body(tonic::body::Body::empty())
        .unwrap();
    drop(service.oneshot(request).await.unwrap());
    assert_eq!(of(&stats.read(), "test.Stats/Refuse").ended(), 1);
}

#[tokio::test]
async fn a_response_that_breaks_off_is_counted_as_far_as_it_came() {
    let (running, stats) = start().await;
    let response = raw_response(running.addr, "/test.Stats/Talk", &[], messages(4)).await;
    let mut body = response.into_body();
    while let Some(chunk) = body.data().await {
        drop(chunk.unwrap());
    }
    let read = stats.read();
    let talk = of(&read, "test.Stats/Talk");
    assert_eq!(statuses(talk), [(Code::ResourceExhausted, 1)]);
    assert_eq!(talk.sent_messages, 3);
    assert_eq!(talk.refused, [("max_messages", 1)].into());
}
