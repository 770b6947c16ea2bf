//! Layers around all methods of a server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use spikard::{
    Code, GrpcRequest, GrpcResponse, LayeredService, Limits, Server, Status, grpc_stream,
};
use tonic::IntoRequest;
use tonic::body::Body;
use tonic::service::interceptor::InterceptedService;
use tower::ServiceExt;

use crate::support::{Running, framed, raw_call, raw_response, unary};

#[grpc_stream(service = "test.Layers")]
async fn greet(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    let user = request.call.extensions().get::<User>();
    let user = user.map_or_else(String::new, |user| format!("{}: ", user.0));
    Ok(GrpcResponse::from(user + &request.payload.to_uppercase()))
}

#[derive(Clone)]
struct User(String);

/// Lets in who names a user, and tells the handler.
#[derive(Clone)]
struct Authenticate<S>(S);

impl<S> tower_service::Service<Request<Body>> for Authenticate<S>
where
    S: tower_service::Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, Self::Error>> + Send>>;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let Some(user) = request.headers().get("x-user") else {
            let method = request.extensions().get::<tonic::GrpcMethod>();
            let method = method.map_or("nothing", |method| method.method());
            let status = Status::unauthenticated(format!("{method} needs the header x-user"));
            return Box::pin(std::future::ready(Err(status.into())));
        };
        let user = User(String::from_utf8_lossy(user.as_bytes()).into_owned());
        request.extensions_mut().insert(user);
        let answer = self.0.call(request);
        Box::pin(async { answer.await.map_err(Into::into) })
    }
}

#[tokio::test]
async fn a_layer_sees_the_method_refuses_and_tells_the_handler() {
    let authenticate = tower::layer::layer_fn(Authenticate);
    let running = Running::start(Server::builder().add(Greet).layer(authenticate)).await;
    let mut client = running.client().await;
    let refused = unary::<String, String>(
        &mut client,
        "/test.Layers/Greet",
        "hi".to_owned().into_request(),
    )
    .await;
    let status = refused.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert_eq!(status.message(), "Greet needs the header x-user");

    let mut request = String::from("hi").into_request();
    request
        .metadata_mut()
        .insert("x-user", "ann".parse().unwrap());
    let answer = unary::<String, String>(&mut client, "/test.Layers/Greet", request).await;
    assert_eq!(answer.unwrap().into_inner(), "ann: HI");
}

#[tokio::test]
async fn the_first_layer_is_outermost() {
    let tag = |name: &'static str| {
        tower::util::MapRequestLayer::new(move |mut request: Request<Body>| {
            let before = request
                .headers()
                .get("x-user")
                .map(|value| value.to_str().unwrap());
            let value = format!("{}{name}", before.unwrap_or_default());
            request
                .headers_mut()
                .insert("x-user", value.parse().unwrap());
            request
        })
    };
    let builder = Server::builder()
        .add(Greet)
        .layer(tag("a"))
        .layer(tag("b"))
        .layer(tower::layer::layer_fn(Authenticate));
    let running = Running::start(builder).await;
    let mut client = running.client().await;
    let request = String::from("x").into_request();
    let answer = unary::<String, String>(&mut client, "/test.Layers/Greet", request).await;
    assert_eq!(answer.unwrap().into_inner(), "ab: X");
}

/// Whether its handler ran.
#[derive(Clone, Default)]
struct Ran(Arc<AtomicBool>);

#[grpc_stream(service = "test.Ran")]
impl Ran {
    #[grpc(timeout = "100ms")]
    async fn run(&self, _: GrpcRequest<()>) -> Result<GrpcResponse<()>, Status> {
        self.0.store(true, Ordering::SeqCst);
        Ok(GrpcResponse::from(()))
    }
}

#[tokio::test]
async fn the_time_that_a_layer_takes_is_the_calls() {
    let ran = Ran::default();
    let slow = tower::layer::layer_fn(|service: spikard::LayeredService| {
        tower::service_fn(move |request: Request<Body>| {
            let service = service.clone();
            async {
                tokio::time::sleep(Duration::from_millis(150)).await;
                service.oneshot(request).await
            }
        })
    });
    let running = Running::start(Server::builder().add(ran.clone()).layer(slow)).await;
    let mut client = running.client().await;
    let answer = unary::<(), ()>(&mut client, "/test.Ran/Run", ().into_request()).await;
    let status = answer.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(status.message().contains("timeout = 100ms"), "{status}");
    assert!(!ran.0.load(Ordering::SeqCst), "the handler ran too late");
}

/// A layer that notes the methods that it sees.
fn noting(
    seen: &Arc<Mutex<Vec<String>>>,
) -> impl tower::Layer<LayeredService, Service = Noting> + use<> {
    let seen = seen.clone();
    tower::layer::layer_fn(move |inner| Noting(inner, seen.clone()))
}

#[derive(Clone)]
struct Noting(LayeredService, Arc<Mutex<Vec<String>>>);

impl tower_service::Service<Request<Body>> for Noting {
    type Response = Response<Body>;
    type Error = <LayeredService as tower_service::Service<Request<Body>>>::Error;
    type Future = <LayeredService as tower_service::Service<Request<Body>>>::Future;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let method = request.extensions().get::<tonic::GrpcMethod>();
        let method = method.map(|method| format!("{}/{}", method.service(), method.method()));
        self.1.lock().unwrap().push(method.unwrap_or_default());
        self.0.call(request)
    }
}

#[tokio::test]
async fn a_layer_sees_the_methods_of_every_service() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (_, foreign) = tonic_health::server::health_reporter();
    let builder = Server::builder()
        .add(Greet)
        .add_service(Renamed(foreign))
        .layer(noting(&seen));
    let running = Running::start(builder).await;
    let paths = [
        "/test.Layers/Greet",
        "/test.Foreign/Check",
        "/test.Foreign/Nothing",
        "/test.Nobody/Check",
    ];
    for path in paths {
        raw_response(running.addr, path, &[], framed(false, b"")).await;
    }
    let noted = seen;
    let seen = noted.lock().unwrap().clone();
    assert_eq!(
        seen,
        [
            "test.Layers/Greet",
            "test.Foreign/Check",
            "test.Foreign/Nothing",
            "",
        ]
    );
    // What no layer can be told of does not get past it.
    let long = format!("/test.Foreign/{}", "a".repeat(257));
    let status = raw_call(running.addr, &long, &[], framed(false, b"")).await;
    assert_eq!(status.code(), Code::Unimplemented);
    assert_eq!(noted.lock().unwrap().len(), seen.len());
}

/// A service of tonic's under another name.
#[derive(Clone)]
struct Renamed<S>(S);

impl<S> tonic::server::NamedService for Renamed<S> {
    const NAME: &'static str = "test.Foreign";
}

impl<S: tower_service::Service<Request<Body>>> tower_service::Service<Request<Body>>
    for Renamed<S>
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call(request)
    }
}

fn only_ann(request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
    match request.metadata().get("x-user") {
        Some(user) if user == "ann" => Ok(request),
        _ => Err(Status::unauthenticated("who?")),
    }
}

#[tokio::test]
async fn one_service_can_have_an_interceptor_and_keeps_the_limits() {
    let (_, foreign) = tonic_health::server::health_reporter();
    let limits = Limits {
        max_message_bytes: 100,
        ..Limits::default()
    };
    let builder = Server::builder()
        .limits(limits)
        .add_service(InterceptedService::new(Greet, only_ann))
        .add_service(InterceptedService::new(Renamed(foreign), only_ann));
    let running = Running::start(builder).await;
    let call = async |path, user, bytes| {
        let body = framed(false, bytes);
        let response = raw_response(running.addr, path, &[("x-user", user)], body).await;
        Status::from_header_map(response.headers())
    };
    let ann = call("/test.Layers/Greet", "ann", b"\x0a\x02hi").await;
    assert!(ann.is_none(), "{ann:?}");
    for path in ["/test.Layers/Greet", "/test.Foreign/Check"] {
        let bob = call(path, "bob", b"").await.unwrap();
        assert_eq!(bob.code(), Code::Unauthenticated, "{path}");
    }
    let large = call("/test.Layers/Greet", "ann", &[0; 101]).await.unwrap();
    assert_eq!(large.code(), Code::ResourceExhausted, "{large}");
    assert!(
        large.message().contains("max_message_bytes = 100"),
        "{large}"
    );
}

#[tokio::test]
async fn a_service_that_is_added_both_ways_is_refused() {
    let refused = Server::builder().add(Greet).add_service(Greet);
    let refused = refused.bind("127.0.0.1:0").await.unwrap_err();
    assert!(refused.to_string().contains("test.Layers"), "{refused}");
}
