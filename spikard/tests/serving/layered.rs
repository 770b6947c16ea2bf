//! Layers around one service or method, and layers that leave out the server's own services.

use std::sync::{Arc, Mutex};

use http::{Request, Response};
use spikard::{
    Code, GrpcRequest, GrpcResponse, LayeredService, Limits, Routes, RoutesService, ServeError,
    Server, ServerBuilder, Status, grpc_stream,
};
use tonic::GrpcMethod;
use tonic::body::Body;
use tonic::service::interceptor::InterceptorLayer;
use tower::util::MapRequestLayer;

use crate::support::{Running, framed, raw_call, raw_response};

struct Shop;

#[grpc_stream(service = "test.Shop")]
impl Shop {
    async fn get(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(request.payload))
    }

    async fn put(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(request.payload))
    }
}

#[grpc_stream(service = "test.Other")]
async fn echo(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(request.payload))
}

type Log = Arc<Mutex<Vec<String>>>;

/// Notes its name and the method.
fn noting(
    log: &Log,
    name: &'static str,
) -> MapRequestLayer<impl Fn(Request<Body>) -> Request<Body> + Clone + Send + Sync + use<>> {
    let log = log.clone();
    MapRequestLayer::new(move |request: Request<Body>| {
        let method = request.extensions().get::<GrpcMethod<'static>>();
        let method = method.map_or("?", |method| method.method());
        log.lock().unwrap().push(format!("{name} {method}"));
        request
    })
}

/// The status of a call of each path, and what the layers noted.
async fn called(builder: ServerBuilder, log: &Log, paths: &[&str]) -> (Vec<Code>, Vec<String>) {
    let running = Running::start(builder).await;
    let mut codes = Vec::new();
    for path in paths {
        let response = raw_response(running.addr, path, &[], framed(false, b"")).await;
        let status = Status::from_header_map(response.headers());
        codes.push(status.map_or(Code::Ok, |status| status.code()));
    }
    (codes, log.lock().unwrap().clone())
}

#[tokio::test]
async fn a_layer_is_around_one_service_or_one_method() {
    let log = Log::default();
    let (_, foreign) = tonic_health::server::health_reporter();
    let builder = Server::builder()
        .add(Shop)
        .add(Echo)
        .add_service(foreign)
        .layer_for("test.Shop", noting(&log, "outer"))
        .layer_for("test.Shop/Put", noting(&log, "put"))
        .layer_for("grpc.health.v1.Health/Check", noting(&log, "check"))
        .layer_for("test.Shop", noting(&log, "inner"))
        .layer(noting(&log, "all"));
    let paths = [
        "/test.Shop/Get",
        "/test.Shop/Put",
        "/test.Other/Echo",
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/test.Shop/Nothing",
    ];
    let (codes, noted) = called(builder, &log, &paths).await;
    assert_eq!(codes[..5], [Code::Ok; 5]);
    assert_eq!(codes[5], Code::Unimplemented);
    assert_eq!(
        noted,
        [
            "all Get",
            "outer Get",
            "inner Get",
            "all Put",
            "outer Put",
            "put Put",
            "inner Put",
            "all Echo",
            "all Check",
            "check Check",
            "all Watch",
            "all ?",
            "outer ?",
            "inner ?",
        ]
    );
}

#[tokio::test]
async fn a_layer_of_a_service_can_refuse_and_the_limits_hold_behind_it() {
    fn only_ann(request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
        match request.metadata().get("x-user") {
            Some(user) if user == "ann" => Ok(request),
            _ => Err(Status::permission_denied("only Ann")),
        }
    }
    let limits = Limits {
        max_message_bytes: 100,
        ..Limits::default()
    };
    let builder = Server::builder()
        .add(Shop)
        .limits(limits)
        .layer_for("test.Shop/Put", InterceptorLayer::new(only_ann));
    let running = Running::start(builder).await;
    let put = "/test.Shop/Put";
    let refused = raw_call(running.addr, put, &[], framed(false, b"")).await;
    assert_eq!(
        (refused.code(), refused.message()),
        (Code::PermissionDenied, "only Ann")
    );
    let ann = [("x-user", "ann")];
    let large = raw_call(running.addr, put, &ann, framed(false, &[0; 101])).await;
    assert_eq!(large.code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn a_layer_that_fails_is_a_status() {
    let fails = tower::layer::layer_fn(|_: LayeredService| {
        tower::service_fn(async |_: Request<Body>| {
            Err::<Response<Body>, Box<dyn std::error::Error + Send + Sync>>("as asked".into())
        })
    });
    let builder = Server::builder().add(Echo).layer_for("test.Other", fails);
    let running = Running::start(builder).await;
    let status = raw_call(running.addr, "/test.Other/Echo", &[], framed(false, b"")).await;
    assert_eq!(
        (status.code(), status.message()),
        (Code::Unknown, "as asked")
    );
}

#[tokio::test]
async fn a_name_that_is_not_served_is_an_error_that_says_which_are() {
    let log = Log::default();
    for name in [
        "test.Shops",
        "test.Shop/Gets",
        "",
        "/test.Shop",
        "test.Shop/",
    ] {
        let builder = Server::builder().add(Shop).health();
        let refused = builder.layer_for(name, noting(&log, "never"));
        let refused = refused.bind("127.0.0.1:0").await.unwrap_err();
        assert!(matches!(refused, ServeError::Routes(_)), "{refused}");
        let text = refused.to_string();
        assert!(
            text.contains(&format!("layer_for names \"{name}\"")),
            "{text}"
        );
        assert!(
            text.ends_with("are grpc.health.v1.Health, test.Shop"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn layers_leave_out_the_services_of_the_server_unless_they_are_to_be_around_all() {
    let log = Log::default();
    let builder = Server::builder()
        .add(Echo)
        .health()
        .reflection(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .orca(spikard::Orca::new())
        .layer_all(noting(&log, "every"))
        .layer(noting(&log, "users"));
    let paths = [
        "/test.Other/Echo",
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics",
        "/test.Nobody/Nothing",
    ];
    let (_, noted) = called(builder, &log, &paths).await;
    assert_eq!(
        noted,
        [
            "every Echo",
            "users Echo",
            "every Check",
            "every ServerReflectionInfo",
            "every StreamCoreMetrics",
            "every ?",
            "users ?",
        ]
    );
}

#[tokio::test]
async fn routes_bring_their_services_and_layers_into_a_server() {
    let log = Log::default();
    let library = Routes::new()
        .add(Shop)
        .layer_for("test.Shop", noting(&log, "library"))
        .limits(Limits {
            max_message_bytes: 1,
            ..Limits::default()
        });
    let builder = Server::builder().add(Echo).merge(library);
    let running = Running::start(builder).await;
    for path in ["/test.Other/Echo", "/test.Shop/Get"] {
        // Of the limits, those of the server hold.
        let response = raw_response(running.addr, path, &[], framed(false, b"two")).await;
        assert!(response.headers().get("grpc-status").is_none(), "{path}");
    }
    assert_eq!(*log.lock().unwrap(), ["library Get"]);

    let twice = Server::builder().add(Echo).merge(Routes::new().add(Echo));
    let twice = twice.bind("127.0.0.1:0").await.unwrap_err().to_string();
    assert!(
        twice.contains("/test.Other/Echo has two handlers"),
        "{twice}"
    );

    let limits = Limits {
        max_message_bytes: 1,
        ..Limits::default()
    };
    let builder = ServerBuilder::from(Routes::new().add(Echo).limits(limits));
    let running = Running::start(builder).await;
    let large = raw_call(running.addr, "/test.Other/Echo", &[], framed(false, b"two")).await;
    assert_eq!(large.code(), Code::ResourceExhausted);
}

#[test]
fn a_service_can_be_shared() {
    fn shared<S: Clone + Send + Sync>() {}
    shared::<RoutesService>();
}
