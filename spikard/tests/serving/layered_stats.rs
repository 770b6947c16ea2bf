//! What layers around one service or method answer is counted and bounded as what those of the server do.

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use spikard::{Code, GrpcRequest, GrpcResponse, Routes, Server, Stats, Status, grpc_stream};
use tonic::body::Body;
use tonic::service::interceptor::InterceptorLayer;
use tower::ServiceExt as _;
use tower::util::{MapRequestLayer, MapResponseLayer};

use crate::support::{Running, framed, raw_body, raw_call};

const PUT: &str = "/test.Cellar/Put";

#[grpc_stream(service = "test.Cellar")]
async fn put(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(request.payload))
}

/// Refuses a call without a user.
fn check(request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
    match request.metadata().get("x-user") {
        Some(_) => Ok(request),
        None => Err(Status::permission_denied("who are you?")),
    }
}

/// The statuses of the calls that were counted.
fn statuses(stats: &Stats) -> Vec<(Code, u64)> {
    let read = stats.read();
    let mut methods = read.methods.iter();
    let put = methods.find(|method| method.method == "test.Cellar/Put");
    let statuses = put.unwrap().statuses.iter();
    statuses.map(|status| (status.code, status.calls)).collect()
}

#[tokio::test]
async fn a_call_that_a_layer_of_a_method_answers_is_counted_once() {
    for inside_of_another in [false, true] {
        let check = InterceptorLayer::new(check);
        let builder = Server::builder().add(Put);
        let builder = builder.layer_for("test.Cellar/Put", check);
        let builder = if inside_of_another {
            builder.layer(MapRequestLayer::new(|request: Request<Body>| request))
        } else {
            builder
        };
        let (running, stats) = Running::start_with_stats(builder).await;
        let refused = raw_call(running.addr, PUT, &[], framed(false, b"")).await;
        assert_eq!(refused.code(), Code::PermissionDenied);
        let user = [("x-user", "ann")];
        raw_body(running.addr, PUT, &user, framed(false, b"")).await;
        assert_eq!(
            statuses(&stats),
            [(Code::Ok, 1), (Code::PermissionDenied, 1)],
            "inside of another: {inside_of_another}"
        );
    }
}

#[tokio::test]
async fn so_it_is_in_the_server_of_another() {
    let routes = Routes::new().add(Put);
    let routes = routes.layer_for("test.Cellar", InterceptorLayer::new(check));
    let service = routes.into_service().unwrap();
    let stats = service.stats();
    for user in [None, Some("ann")] {
        let mut request = Request::post(PUT).header("content-type", "application/grpc");
        if let Some(user) = user {
            request = request.header("x-user", user);
        }
        let request = request.body(Full::new(framed(false, b""))).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        response.into_body().collect().await.unwrap();
    }
    let counted = statuses(&stats);
    assert_eq!(counted, [(Code::Ok, 1), (Code::PermissionDenied, 1)]);
}

#[tokio::test]
async fn what_it_sends_is_bounded() {
    let adds = MapResponseLayer::new(|mut response: Response<Body>| {
        let large = "x".repeat(20 << 10).parse().unwrap();
        response.headers_mut().insert("x-large", large);
        response
    });
    let builder = Server::builder().add(Put).layer_for("test.Cellar", adds);
    let running = Running::start(builder).await;
    let status = raw_call(running.addr, PUT, &[], framed(false, b"")).await;
    assert_eq!(status.code(), Code::Internal);
    let text = status.message();
    assert!(text.contains("max_sent_metadata_bytes"), "{text}");
}
