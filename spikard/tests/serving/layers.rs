//! Layers around all methods of a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Request, Response};
use spikard::{Code, GrpcRequest, GrpcResponse, Server, Status, grpc_stream};
use tonic::IntoRequest;
use tonic::body::Body;
use tower::ServiceExt;

use crate::support::{Running, unary};

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
