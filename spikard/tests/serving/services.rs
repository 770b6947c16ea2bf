//! Services of tonic's beside ours: health and reflection.

use std::time::Duration;

use spikard::{
    Code, GrpcRequest, GrpcResponse, RoutesError, ServeError, Server, Status, grpc_stream,
};
use tokio_stream::StreamExt as _;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::support::{Running, unary};

#[grpc_stream(service = "test.Greeter")]
async fn greet(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse::from(format!("hello {}", request.payload)))
}

async fn channel(running: &Running) -> tonic::transport::Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", running.addr)).unwrap();
    endpoint.connect().await.unwrap()
}

#[tokio::test]
async fn a_service_of_tonic_is_served_beside_ours_and_only_once() {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_service_status("mine", tonic_health::ServingStatus::Serving)
        .await;
    let builder = Server::builder().add(Greet).add_service(health.clone());
    let running = Running::start(builder).await;
    let mut client = HealthClient::new(channel(&running).await);
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
async fn health_is_reported_for_each_service_and_changes_when_the_server_drains() {
    let builder = Server::builder()
        .add(Greet)
        .health()
        .grace(Duration::from_secs(60));
    let running = Running::start(builder).await;
    let mut client = HealthClient::new(channel(&running).await);
    for service in ["", "test.Greeter"] {
        let request = HealthCheckRequest {
            service: service.into(),
        };
        let answer = client.check(request).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service:?}");
    }
    let request = HealthCheckRequest {
        service: "test.Other".into(),
    };
    let unknown = client.check(request).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);

    let request = HealthCheckRequest {
        service: "test.Greeter".into(),
    };
    let mut watch = client.watch(request).await.unwrap().into_inner();
    let now = watch.message().await.unwrap().unwrap();
    assert_eq!(now.status(), ServingStatus::Serving);
    let stopped = running.stop();
    let then = watch.message().await.unwrap().unwrap();
    assert_eq!(then.status(), ServingStatus::NotServing);
    // The watcher does not hold the drain up.
    assert!(watch.message().await.unwrap().is_none());
    stopped.await.unwrap();
}

#[tokio::test]
async fn before_it_drains_a_server_is_not_healthy_and_still_serves() {
    let builder = Server::builder()
        .add(Greet)
        .health()
        .drain_delay(Duration::from_millis(500))
        .grace(Duration::from_secs(60));
    let running = Running::start(builder).await;
    let addr = running.addr;
    let mut watcher = HealthClient::new(channel(&running).await);
    let of_server = HealthCheckRequest::default();
    let mut watch = watcher.watch(of_server.clone()).await.unwrap().into_inner();
    let now = watch.message().await.unwrap().unwrap();
    assert_eq!(now.status(), ServingStatus::Serving);
    let stopped = running.stop();
    let then = watch.message().await.unwrap().unwrap();
    assert_eq!(then.status(), ServingStatus::NotServing);
    // A new connection, by a client that has not heard.
    let endpoint = Endpoint::from_shared(format!("http://{addr}")).unwrap();
    let mut late = HealthClient::new(endpoint.connect().await.unwrap());
    let answer = late.check(of_server).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::NotServing);
    assert!(watch.message().await.unwrap().is_none());
    stopped.await.unwrap();
}

#[tokio::test]
async fn reflection_lists_what_is_served() {
    let builder = Server::builder()
        .add(Greet)
        .health()
        .reflection(tonic_health::pb::FILE_DESCRIPTOR_SET);
    let running = Running::start(builder).await;
    let mut client = ServerReflectionClient::new(channel(&running).await);
    let ask = |message_request| ServerReflectionRequest {
        host: String::new(),
        message_request: Some(message_request),
    };
    let requests = tokio_stream::iter([
        ask(MessageRequest::ListServices(String::new())),
        ask(MessageRequest::FileContainingSymbol(
            "grpc.health.v1.Health".into(),
        )),
    ]);
    let answers = client
        .server_reflection_info(requests)
        .await
        .unwrap()
        .into_inner();
    let answers: Vec<_> = answers
        .map(|answer| answer.unwrap().message_response.unwrap())
        .collect()
        .await;
    let MessageResponse::ListServicesResponse(list) = &answers[0] else {
        panic!("{answers:?}");
    };
    let names: Vec<&str> = list
        .service
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    assert!(names.contains(&"grpc.health.v1.Health"), "{names:?}");
    assert!(names.contains(&"test.Greeter"), "{names:?}");
    assert!(
        matches!(&answers[1], MessageResponse::FileDescriptorResponse(file) if !file.file_descriptor_proto.is_empty())
    );
}

#[tokio::test]
async fn a_broken_descriptor_set_is_refused_when_the_server_binds() {
    let builder = Server::builder()
        .add(Greet)
        .reflection(*b"\xff\xff rubbish");
    let refused = builder.bind("127.0.0.1:0").await.unwrap_err();
    assert!(matches!(refused, ServeError::Reflection(_)), "{refused}");
    assert!(refused.to_string().contains("reflection()"), "{refused}");
}
