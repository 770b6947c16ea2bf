//! Services of tonic's beside ours, and services that lack methods.

use std::sync::Arc;

use spikard::__private::{ResponseFuture, ServerCall};
use spikard::{
    GrpcRequest, GrpcResponse, GrpcService, MethodInfo, RoutesError, ServeError, Server, Status,
    grpc_stream,
};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{Running, unary};

#[grpc_stream(service = "test.Greeter")]
pub(crate) async fn greet(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse::from(format!("hello {}", request.payload)))
}

#[tokio::test]
async fn a_service_of_tonic_is_served_beside_ours_and_only_once() {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_service_status("mine", tonic_health::ServingStatus::Serving)
        .await;
    let builder = Server::builder().add(Greet).add_service(health.clone());
    let running = Running::start(builder).await;
    let mut client = HealthClient::new(running.channel().await);
    let request = HealthCheckRequest {
        service: "mine".into(),
    };
    let answer = client.check(request).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::Serving);
    let mut client = running.client().await;
    let request = tonic::Request::new(String::from("ann"));
    let answer = unary::<_, String>(&mut client, "/test.Greeter/Greet", request).await;
    assert_eq!(answer.unwrap().into_inner(), "hello ann");

    let twice = Server::builder()
        .add_service(health.clone())
        .add_service(health);
    let refused = twice.bind("127.0.0.1:0").await.unwrap_err();
    let ServeError::Routes(RoutesError::DuplicateService { service }) = refused else {
        panic!("{refused}");
    };
    assert_eq!(service, "grpc.health.v1.Health");
}

#[tokio::test]
async fn a_service_of_tonic_is_not_added_beside_the_servers_own() {
    let (_, health) = tonic_health::server::health_reporter();
    let builder = Server::builder().add(Greet).health().add_service(health);
    let refused = builder.bind("127.0.0.1:0").await.unwrap_err();
    let ServeError::Routes(RoutesError::DuplicateService { service }) = refused else {
        panic!("{refused}");
    };
    assert_eq!(service, "grpc.health.v1.Health");
}

/// `Greet`, as one of the methods that the `.proto` gives its service.
struct Part<const WHOLE: bool>(Greet);

impl<const WHOLE: bool> GrpcService for Part<WHOLE> {
    const NAME: &'static str = "test.Visitors";
    const METHODS: &'static [MethodInfo] = Greet::METHODS;
    const DECLARED: &'static [&'static str] = if WHOLE {
        &["Greet"]
    } else {
        &["Wave", "Greet", "Leave"]
    };

    fn call(self: Arc<Self>, index: usize, call: ServerCall) -> ResponseFuture {
        Arc::new(self.0).call(index, call)
    }
}

#[tokio::test]
async fn services_must_be_complete_where_the_server_says_so() {
    let (_, health) = tonic_health::server::health_reporter();
    let builder = Server::builder()
        .add(Part::<false>(Greet))
        .add(Greet)
        .add_service(health)
        .complete_services(true);
    let refused = builder.bind("127.0.0.1:0").await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "complete_services: without a handler: test.Visitors/Wave, test.Visitors/Leave; add one for \
         each; given by name, so that their methods are not known: test.Greeter; give each as \
         spikard-build's module, or in Python as its descriptor"
    );
    let ServeError::Routes(RoutesError::Incomplete { missing, unknown }) = refused else {
        panic!("{refused}");
    };
    assert_eq!(missing, ["test.Visitors/Wave", "test.Visitors/Leave"]);
    assert_eq!(unknown, ["test.Greeter"]);

    let whole = Server::builder()
        .complete_services(true)
        .add(Part::<true>(Greet))
        .health()
        .reflection(Vec::new());
    whole.bind("127.0.0.1:0").await.unwrap();
}
